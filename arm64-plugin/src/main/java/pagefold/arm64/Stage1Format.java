package pagefold.arm64;

import static pagefold.arm64.descriptor.Descriptor.AF;
import static pagefold.arm64.descriptor.Descriptor.ATTR_INDX;
import static pagefold.arm64.descriptor.Descriptor.DBM;
import static pagefold.arm64.descriptor.Descriptor.GP;
import static pagefold.arm64.descriptor.Descriptor.NG;
import static pagefold.arm64.descriptor.Descriptor.PXN;
import static pagefold.arm64.descriptor.Descriptor.PXN_TABLE;
import static pagefold.arm64.descriptor.Descriptor.RDONLY;
import static pagefold.arm64.descriptor.Descriptor.TYPE_TABLE;
import static pagefold.arm64.descriptor.Descriptor.USER;
import static pagefold.arm64.descriptor.Descriptor.UXN;
import static pagefold.arm64.descriptor.Descriptor.UXN_TABLE;
import static pagefold.arm64.descriptor.Descriptor.VALID;

import pagefold.arm64.descriptor.Descriptor;
import pagefold.arm64.descriptor.OutputEncoding;
import pagefold.model.SpaceKind;

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
class Stage1Format extends Vmsa64Format {
    /** Linux's software dirty state. */
    static final long DIRTY = Descriptor.bit(55);
    /** Linux's mark of a page that is there but grants nothing; nG's place, free while the word is not valid. */
    static final long PRESENT_INVALID = NG;

    /** What is left for a region's software bits: Linux's SPECIAL, DEVMAP and UFFD_WP, and bit 63. */
    static final long FREE = Descriptor.bits(58, 56) | Descriptor.bit(63);

    /** What {@code pte_modify} takes from the new protection. */
    private static final long PROTECTION = USER | PXN | UXN | RDONLY | VALID | DBM | GP | ATTR_INDX | PRESENT_INVALID;

    private static final long LIVE = AF | USER | RDONLY | PXN | UXN | DBM | GP | DIRTY | FREE | NG;
    private static final long LIVE_IN_RUN = AF | RDONLY | DBM | DIRTY | FREE;

    private final boolean hardwareDirty;
    private final boolean isKernel;

    /**
     * The format of a kind of space.
     *
     * @param kind {@code USER} or {@code KERNEL}
     * @param hardwareDirty whether hardware sets dirty state (TCR_EL1.HD)
     */
    Stage1Format(int granuleBits, OutputEncoding encoding, SpaceKind kind, boolean hardwareDirty) {
        this(granuleBits, encoding, kind, hardwareDirty, kind == SpaceKind.KERNEL ? UXN_TABLE : PXN_TABLE);
    }

    /** The same with other attributes in table descriptors. */
    Stage1Format(
            int granuleBits, OutputEncoding encoding, SpaceKind kind, boolean hardwareDirty, long tableAttributes) {
        super(granuleBits, encoding, TYPE_TABLE | tableAttributes);
        this.isKernel = kind != SpaceKind.USER;
        this.hardwareDirty = hardwareDirty;
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

    /** What hardware does with HD = 1; else what Linux's fault handler does. */
    @Override
    public long dirtied(long word) {
        return hardwareDirty && (word & DBM) != 0 ? word & ~RDONLY : dirtiedBySoftware(word);
    }

    @Override
    public long markedDirty(long word) {
        return dirtiedBySoftware(word);
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
    long live() {
        return LIVE;
    }

    @Override
    long liveInRun() {
        return LIVE_IN_RUN;
    }

    @Override
    public boolean needsBreak(long oldWord, long newWord, int level) {
        boolean madeGlobal = (oldWord & ~newWord & NG) != 0;
        // Memory with allocation tags differs from memory without as permissions do.
        boolean mayRetag = KernelWords.isNormalOrTagged(oldWord)
                && KernelWords.isNormalOrTagged(newWord)
                && !(isContiguous(oldWord) && isContiguous(newWord));
        long compared = mayRetag ? newWord & ~ATTR_INDX | oldWord & ATTR_INDX : newWord;
        return madeGlobal || super.needsBreak(oldWord, compared, level);
    }
}
