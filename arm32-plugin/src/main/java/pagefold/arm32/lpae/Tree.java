package pagefold.arm32.lpae;

import static pagefold.arm32.lpae.Descriptor.bits;

import pagefold.table.FaultKind;
import pagefold.table.Geometry;
import pagefold.table.Translation;

/**
 * One tree of tables of long descriptors, with everything that a walk through it needs computed beforehand.
 *
 * <p>Stage 1 or stage 2; immutable. Fields, not accessors, because a walk reads many of them in a few nanoseconds.
 */
final class Tree {
    /** Bits that a table below the start table translates. */
    static final int STRIDE = 9;

    /** The highest index of such a table. */
    static final long LAST_ENTRY = (1 << STRIDE) - 1;

    /** Faults that need no descriptor are reported at level 1: VMSAv8-32 has no level 0. */
    private static final int FIRST_LEVEL = 1;

    final int stage;
    /** Physical address (under a stage 2: IPA) of the start table. */
    final long root;

    final int inputBits;
    final int startLevel;
    final int startShift;
    /** The highest index of the start table, of all its concatenated pages. */
    final long lastEntry;

    final boolean isBigEndian;
    /** The bits of a descriptor that are an Address size fault when they are not zero. */
    final long beyond;
    /** The fault of every walk, or 0. */
    final long startFault;

    private Tree(int stage, int inputBits, int startLevel, long root, Rules rules, long startFault) {
        this.stage = stage;
        this.inputBits = inputBits;
        this.startLevel = startLevel;
        this.startShift = shift(startLevel);
        this.lastEntry = (1L << inputBits - startShift) - 1;
        this.root = root & bits(39, 0) & -(lastEntry + 1 << 3);
        this.isBigEndian = rules.isBigEndian;
        this.beyond = rules.checksBeyond ? Descriptor.BEYOND : 0;
        this.startFault = startFault;
    }

    /**
     * What holds for every tree of a regime.
     *
     * @param isBigEndian EE: byte order of descriptors
     * @param checksBeyond whether address bits 47:40 that are not zero fault, as from Armv8 on; Armv7 ignores them
     */
    record Rules(boolean isBigEndian, boolean checksBeyond) {}

    /**
     * A tree of stage 1: Arm ARM G5.5.4.
     *
     * @param size TxSZ, 0 to 7
     * @param ttbr the base register; its address bits below the table's size do not count
     * @param isDisabled EPDx
     */
    static Tree ofStage1(int size, long ttbr, boolean isDisabled, Rules rules) {
        int inputBits = LpaeProfile.INPUT_BITS - size;
        int startLevel = Geometry.of(LpaeProfile.GRANULE_BITS, inputBits).startLevel();
        long fault = isDisabled ? Translation.fault(FaultKind.TRANSLATION, FIRST_LEVEL, 1) : rootFault(ttbr, 1, rules);
        return new Tree(1, inputBits, startLevel, ttbr, rules, fault);
    }

    /**
     * A tree of stage 2, with up to 16 pages in its root: Arm ARM G5.5.5.
     *
     * @param inputBits 32 - VTCR.T0SZ, 25 to 40
     * @param startCode VTCR.SL0, 0 to 3; one that does not go with the size makes every walk a fault
     */
    static Tree ofStage2(int inputBits, int startCode, long vttbr, Rules rules) {
        int startLevel = startCode == 0 ? 2 : 1;
        int below = inputBits - shift(startLevel);
        boolean isLegal = startCode < 2 && below > 0 && below <= STRIDE + 4;
        if (!isLegal) {
            return new Tree(2, 40, 1, vttbr, rules, Translation.fault(FaultKind.TRANSLATION, FIRST_LEVEL, 2));
        }
        return new Tree(2, inputBits, startLevel, vttbr, rules, rootFault(vttbr, 2, rules));
    }

    private static long rootFault(long base, int stage, Rules rules) {
        boolean isBeyond = rules.checksBeyond && (base & Descriptor.BEYOND) != 0;
        return isBeyond ? Translation.fault(FaultKind.ADDRESS_SIZE, 0, stage) : 0;
    }

    /** Whether a walk can begin. */
    boolean isUsable() {
        return startFault == 0;
    }

    /** The fault of an address that no tree translates. */
    static long outside(int stage) {
        return Translation.fault(FaultKind.TRANSLATION, FIRST_LEVEL, stage);
    }

    /** log2 of the bytes that an entry at a level translates. */
    static int shift(int level) {
        return LpaeProfile.GRANULE_BITS + STRIDE * (Geometry.LAST_LEVEL - level);
    }
}
