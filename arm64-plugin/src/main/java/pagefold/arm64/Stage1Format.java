package pagefold.arm64;

import static pagefold.arm64.descriptor.Descriptor.AF;
import static pagefold.arm64.descriptor.Descriptor.ATTR_INDX;
import static pagefold.arm64.descriptor.Descriptor.CONTIGUOUS;
import static pagefold.arm64.descriptor.Descriptor.DBM;
import static pagefold.arm64.descriptor.Descriptor.GP;
import static pagefold.arm64.descriptor.Descriptor.NG;
import static pagefold.arm64.descriptor.Descriptor.PXN;
import static pagefold.arm64.descriptor.Descriptor.PXN_TABLE;
import static pagefold.arm64.descriptor.Descriptor.RDONLY;
import static pagefold.arm64.descriptor.Descriptor.TABLE;
import static pagefold.arm64.descriptor.Descriptor.TYPE_TABLE;
import static pagefold.arm64.descriptor.Descriptor.USER;
import static pagefold.arm64.descriptor.Descriptor.UXN;
import static pagefold.arm64.descriptor.Descriptor.UXN_TABLE;
import static pagefold.arm64.descriptor.Descriptor.VALID;

import pagefold.arm64.descriptor.Descriptor;
import pagefold.arm64.descriptor.OutputEncoding;
import pagefold.model.SpaceKind;
import pagefold.table.Geometry;
import pagefold.table.TableFormat;

/**
 * The words of stage 1 of EL1&amp;0 as Linux 6.12 writes them (arch/arm64/include/asm/pgtable.h, pgtable-prot.h).
 *
 * <p>Bits: {@link Descriptor}. What software makes of the bits that hardware leaves to it:
 *
 * <pre>
 *  63, 58:56   55      51     11 (while not valid)
 * +----------+-------+-------+-------------------+
 * | software | DIRTY | WRITE |  PRESENT_INVALID  |
 * +----------+-------+-------+-------------------+
 * </pre>
 *
 * WRITE is DBM: the page may be written. With it, a clear RDONLY means that a write has happened ("hardware dirty");
 * DIRTY keeps that when WRITE goes. A page that is there but grants nothing is not valid and has PRESENT_INVALID.
 */
final class Stage1Format implements TableFormat {
    /** Linux's software dirty state. */
    static final long DIRTY = Descriptor.bit(55);
    /** Linux's mark of a page that is there but grants nothing; nG's place, free while the word is not valid. */
    static final long PRESENT_INVALID = NG;

    /** What is left for a region's software bits: Linux's SPECIAL, DEVMAP and UFFD_WP, and bit 63. */
    static final long FREE = Descriptor.bits(58, 56) | Descriptor.bit(63);

    /** What {@code pte_modify} takes from the new protection. */
    private static final long PROTECTION = USER | PXN | UXN | RDONLY | VALID | DBM | GP | ATTR_INDX | PRESENT_INVALID;
    /** What may change in a live word without a break (Arm ARM D8.16.1): the rest is address, type and cacheability. */
    private static final long LIVE = AF | USER | RDONLY | PXN | UXN | DBM | GP | DIRTY | FREE | NG;
    /** What may differ inside a contiguous run. */
    private static final long LIVE_IN_RUN = AF | RDONLY | DBM | DIRTY | FREE;

    private final OutputEncoding encoding;
    private final int granuleBits;
    private final long address;
    private final long tableBits;
    private final boolean hardwareDirty;
    private final boolean isKernel;

    /**
     * The format of a kind of space.
     *
     * @param kind {@code USER} or {@code KERNEL}
     * @param hardwareDirty whether hardware sets dirty state (TCR_EL1.HD)
     */
    Stage1Format(int granuleBits, OutputEncoding encoding, SpaceKind kind, boolean hardwareDirty) {
        this.granuleBits = granuleBits;
        this.encoding = encoding;
        this.address = encoding.mask(granuleBits);
        this.isKernel = kind == SpaceKind.KERNEL;
        this.tableBits = TYPE_TABLE | (isKernel ? UXN_TABLE : PXN_TABLE);
        this.hardwareDirty = hardwareDirty;
    }

    @Override
    public boolean isTable(long word, int level) {
        return Descriptor.isTable(word, level);
    }

    @Override
    public boolean isLeaf(long word, int level) {
        return level == Geometry.LAST_LEVEL ? Descriptor.isPage(word) : Descriptor.isBlock(word, level);
    }

    @Override
    public long tableWord(long table) {
        return encoding.encode(table) | tableBits;
    }

    @Override
    public long tableAddress(long word) {
        return encoding.decode(word, granuleBits);
    }

    /** Linux places blocks at level 2, and with 4K pages at level 1. */
    @Override
    public boolean leafAllowed(int level) {
        return level == Geometry.LAST_LEVEL || level == 2 || level == 1 && granuleBits == 12;
    }

    @Override
    public long leafWord(long output, int level, long bits) {
        return encoding.encode(output) | bits | (level == Geometry.LAST_LEVEL ? TABLE : 0);
    }

    @Override
    public long relocated(long word, int fromLevel, int toLevel, long output) {
        return leafWord(output, toLevel, word & ~(address | TABLE | CONTIGUOUS));
    }

    @Override
    public long outputAddress(long word, int level) {
        return encoding.decode(word, granuleBits);
    }

    @Override
    public long linearBytes(long output) {
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
    public boolean isContiguous(long word) {
        return (word & CONTIGUOUS) != 0;
    }

    @Override
    public long withContiguous(long word, boolean contiguous) {
        return contiguous ? word | CONTIGUOUS : word & ~CONTIGUOUS;
    }

    /** {@code pte_modify}. */
    @Override
    public long modified(long word, long bits) {
        long old = isHardwareDirty(word) ? word | DIRTY : word;
        long changed = old & ~PROTECTION | bits & PROTECTION;
        return (changed & (DIRTY | DBM)) == (DIRTY | DBM) ? changed & ~RDONLY : changed;
    }

    private static boolean isHardwareDirty(long word) {
        return (word & (DBM | RDONLY)) == DBM;
    }

    @Override
    public boolean isAccessed(long word) {
        return (word & AF) != 0;
    }

    @Override
    public long withAccessed(long word, boolean accessed) {
        return accessed ? word | AF : word & ~AF;
    }

    /** What hardware does with HD = 1; else what Linux's fault handler does. */
    @Override
    public long dirtied(long word) {
        return hardwareDirty && (word & DBM) != 0 ? word & ~RDONLY : dirtiedBySoftware(word);
    }

    /** {@code pte_mkdirty} on what {@code do_anonymous_page} maps. */
    @Override
    public long populatedByWrite(long word) {
        return (word & DBM) != 0 ? dirtiedBySoftware(word) : word;
    }

    /** {@code pte_mkdirty}. */
    private static long dirtiedBySoftware(long word) {
        return (word & DBM) != 0 ? (word | DIRTY) & ~RDONLY : word | DIRTY;
    }

    @Override
    public boolean isDirty(long word) {
        return (word & DIRTY) != 0 || isHardwareDirty(word);
    }

    /** {@code pte_mkclean} for user memory; a kernel's words are dirty from the start and stay so. */
    @Override
    public long clean(long word) {
        return isKernel ? word | AF : (word | AF | RDONLY) & ~DIRTY;
    }

    /** {@code pte_wrprotect}. */
    @Override
    public long writeProtected(long word) {
        long old = isHardwareDirty(word) ? word | DIRTY : word;
        return old & ~DBM | RDONLY;
    }

    @Override
    public boolean needsBreak(long oldWord, long newWord, int level) {
        long changed = oldWord ^ newWord;
        boolean madeGlobal = (oldWord & ~newWord & NG) != 0;
        long allowed = isContiguous(oldWord) && isContiguous(newWord) ? LIVE_IN_RUN : LIVE;
        return madeGlobal || (changed & ~allowed) != 0;
    }
}
