package pagefold.arm64.descriptor;

import pagefold.table.Geometry;

/**
 * A tree of VMSAv8-64 tables: its shape, where its words keep addresses, and what follows from both (Arm ARM D8.2).
 *
 * @param shape levels, entries and sizes
 * @param encoding where a descriptor keeps an address
 */
public record Vmsa64Geometry(Geometry shape, OutputEncoding encoding) {
    /** The last level: that of pages. */
    public static final int LAST_LEVEL = Geometry.LAST_LEVEL;

    public Vmsa64Geometry {
        if ((encoding == OutputEncoding.LPA_64K) != (shape.granuleBits() == 16) && encoding != OutputEncoding.PA_48) {
            throw new IllegalArgumentException(
                    "expected an encoding for a granule of " + shape.granuleBits() + " bits, but it is " + encoding);
        }
    }

    /**
     * A tree whose root is at a given level.
     *
     * @throws IllegalArgumentException as {@link Geometry#startingAt} has it, and when the encoding is not one of the
     *     granule
     */
    public Vmsa64Geometry(int granuleBits, int inputBits, int startLevel, OutputEncoding encoding) {
        this(Geometry.startingAt(granuleBits, inputBits, startLevel), encoding);
    }

    /** The geometry of stage 1, where the size of the addresses alone tells the start level. */
    public static Vmsa64Geometry stage1(int granuleBits, int inputBits, OutputEncoding encoding) {
        return new Vmsa64Geometry(granuleBits, inputBits, startLevel(granuleBits, inputBits), encoding);
    }

    /** The level at which a stage-1 walk for addresses of this size starts. */
    public static int startLevel(int granuleBits, int inputBits) {
        return Geometry.startLevel(granuleBits, inputBits);
    }

    /** Whether tables for addresses of this size would start at a level above this start level. */
    public boolean startsLower(int builtInputBits) {
        return builtInputBits > inputBits() && startLevel(granuleBits(), builtInputBits) < startLevel();
    }

    /** log2 of a page and of a full table in bytes: 12, 14 or 16. */
    public int granuleBits() {
        return shape.granuleBits();
    }

    /** Bits of an input address that the tables translate. */
    public int inputBits() {
        return shape.inputBits();
    }

    /** Level of the root, -1 to 3. */
    public int startLevel() {
        return shape.startLevel();
    }

    /** How many bits of an input address a level resolves; the root may resolve fewer, or more at stage 2. */
    public int stride() {
        return granuleBits() - Descriptor.WORD_SHIFT;
    }

    /** The lowest bit of an input address that selects an entry of a table of this level; log2 of its leaf's size. */
    public int shift(int level) {
        return shape.shift(level);
    }

    /** Bytes that one entry of a table of this level translates. */
    public long entrySize(int level) {
        return 1L << shift(level);
    }

    /** Entries of a table of this level. */
    public int entries(int level) {
        return shape.entries(level);
    }

    /** The entry of a table of this level that translates an input address. */
    public int index(long input, int level) {
        return shape.index(input, level);
    }

    /** Bytes of the root. */
    public long rootBytes() {
        return (long) entries(startLevel()) << Descriptor.WORD_SHIFT;
    }

    /** Whether a valid word with the type of a block is one at this level; elsewhere it faults. */
    public boolean allowsBlock(int level) {
        return switch (granuleBits()) {
            case 12 -> level == 1 || level == 2 || level == 0 && encoding == OutputEncoding.LPA2;
            case 14 -> level == 2 || level == 1 && encoding == OutputEncoding.LPA2;
            default -> level == 2 || level == 1 && encoding == OutputEncoding.LPA_64K;
        };
    }

    /** Entries in a contiguous run of leaves of this level; 1 where the Contiguous bit has no effect. */
    public int contiguousEntries(int level) {
        if (level < 1) {
            return 1;
        }
        return switch (granuleBits()) {
            case 12 -> 16;
            case 14 -> level == LAST_LEVEL ? 128 : level == 2 ? 32 : 1;
            default -> level >= 2 ? 32 : 1;
        };
    }

    /** The bits of an input address. */
    public long inputMask() {
        return Descriptor.bits(inputBits() - 1, 0);
    }
}
