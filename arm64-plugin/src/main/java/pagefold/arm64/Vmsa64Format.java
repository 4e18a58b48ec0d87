package pagefold.arm64;

import static pagefold.arm64.descriptor.Descriptor.AF;
import static pagefold.arm64.descriptor.Descriptor.CONTIGUOUS;
import static pagefold.arm64.descriptor.Descriptor.TABLE;

import pagefold.arm64.descriptor.Descriptor;
import pagefold.arm64.descriptor.OutputEncoding;
import pagefold.table.Geometry;
import pagefold.table.TableFormat;

/**
 * What the words of all translation regimes have in common: types, addresses, the Contiguous bit and the Access flag.
 *
 * <p>Bits: {@link Descriptor}.
 */
abstract class Vmsa64Format implements TableFormat {
    private final OutputEncoding encoding;
    private final int granuleBits;
    private final long address;
    private final long tableBits;

    /**
     * A format.
     *
     * @param tableBits type and attributes of a table descriptor
     */
    Vmsa64Format(int granuleBits, OutputEncoding encoding, long tableBits) {
        this.granuleBits = granuleBits;
        this.encoding = encoding;
        this.address = encoding.mask(granuleBits);
        this.tableBits = tableBits;
    }

    @Override
    public final boolean isTable(long word, int level) {
        return Descriptor.isTable(word, level);
    }

    @Override
    public final boolean isLeaf(long word, int level) {
        return level == Geometry.LAST_LEVEL ? Descriptor.isPage(word) : Descriptor.isBlock(word, level);
    }

    @Override
    public final long tableWord(long table) {
        return encoding.encode(table) | tableBits;
    }

    @Override
    public final long tableAddress(long word) {
        return encoding.decode(word, granuleBits);
    }

    /** Linux and KVM place blocks at level 2, and with 4K pages at level 1. */
    @Override
    public boolean leafAllowed(int level) {
        return level == Geometry.LAST_LEVEL || level == 2 || level == 1 && granuleBits == 12;
    }

    @Override
    public final long leafWord(long output, int level, long bits) {
        return encoding.encode(output) | bits | (level == Geometry.LAST_LEVEL ? TABLE : 0);
    }

    @Override
    public final long relocated(long word, int fromLevel, int toLevel, long output) {
        return leafWord(output, toLevel, word & ~(address | TABLE | CONTIGUOUS));
    }

    @Override
    public final long outputAddress(long word, int level) {
        return encoding.decode(word, granuleBits);
    }

    @Override
    public final long linearBytes(long output) {
        if (encoding == OutputEncoding.PA_48) {
            return Long.MAX_VALUE;
        }
        long piece = encoding.inPlace(0) + 1;
        return piece - (output & piece - 1);
    }

    /** CONT_PTES and CONT_PMDS of Linux; 1G blocks are not joined. */
    @Override
    public int contiguousEntries(int level) {
        boolean page = level == Geometry.LAST_LEVEL;
        if (!page && level != 2) {
            return 1;
        }
        return switch (granuleBits) {
            case 12 -> 16;
            case 14 -> page ? 128 : 32;
            default -> 32;
        };
    }

    @Override
    public final boolean isContiguous(long word) {
        return (word & CONTIGUOUS) != 0;
    }

    @Override
    public final long withContiguous(long word, boolean contiguous) {
        return contiguous ? word | CONTIGUOUS : word & ~CONTIGUOUS;
    }

    @Override
    public final boolean isAccessed(long word) {
        return (word & AF) != 0;
    }

    @Override
    public final long withAccessed(long word, boolean accessed) {
        return accessed ? word | AF : word & ~AF;
    }

    /** What may change in a live word without a break (Arm ARM D8.16.1): the rest is address, type and cacheability. */
    abstract long live();

    /** What may differ inside a contiguous run. */
    abstract long liveInRun();

    @Override
    public boolean needsBreak(long oldWord, long newWord, int level) {
        long allowed = isContiguous(oldWord) && isContiguous(newWord) ? liveInRun() : live();
        return ((oldWord ^ newWord) & ~allowed) != 0;
    }
}
