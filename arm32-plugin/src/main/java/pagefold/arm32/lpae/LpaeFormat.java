package pagefold.arm32.lpae;

import static pagefold.arm32.lpae.Descriptor.ADDRESS;
import static pagefold.arm32.lpae.Descriptor.AF;
import static pagefold.arm32.lpae.Descriptor.AP2;
import static pagefold.arm32.lpae.Descriptor.CONTIGUOUS;
import static pagefold.arm32.lpae.Descriptor.DIRTY;
import static pagefold.arm32.lpae.Descriptor.NG;
import static pagefold.arm32.lpae.Descriptor.NONE;
import static pagefold.arm32.lpae.Descriptor.PXN;
import static pagefold.arm32.lpae.Descriptor.RDONLY;
import static pagefold.arm32.lpae.Descriptor.SPECIAL;
import static pagefold.arm32.lpae.Descriptor.SWAPPER;
import static pagefold.arm32.lpae.Descriptor.TABLE;
import static pagefold.arm32.lpae.Descriptor.USER;
import static pagefold.arm32.lpae.Descriptor.VALID;
import static pagefold.arm32.lpae.Descriptor.XN;
import static pagefold.arm32.lpae.Descriptor.bits;

import pagefold.model.SpaceKind;
import pagefold.table.Geometry;

/**
 * The words of stage 1 of PL1&amp;0 as Linux 6.12 writes them with LPAE, and of PL2 as Linux 5.5 does, the last one with a
 * hypervisor for arm32: those of a kernel's pages, with AP[1] set.
 *
 * <p>Hardware keeps no dirty state here: a page of a process may be written (AP[2] clear) once software has marked it
 * DIRTY and it is not RDONLY. A kernel's pages carry DIRTY from the start and its blocks never do; both may be written
 * unless they are RDONLY. A page that is there but grants nothing has NONE and is not valid.
 */
final class LpaeFormat extends LongFormat {
    /** What is left for a region's software bits: Linux's SPECIAL, and bits that nobody uses. */
    static final long FREE = bits(61, 59) | SPECIAL;

    /** What {@code pte_modify} takes from the new protection, and PXN, which is the same in all of Linux's. */
    private static final long PROTECTION = USER | RDONLY | XN | PXN | NONE | VALID;
    /** What may change in a live word without a break (Arm ARM G5.9.1): the rest is address, type and cacheability. */
    private static final long LIVE = AF | USER | AP2 | XN | PXN | DIRTY | RDONLY | FREE | NG;

    private final SpaceKind kind;
    /** Of a process software notes what has been written. */
    private final boolean tracksWrites;

    /**
     * A format.
     *
     * @param kind {@code USER}, {@code KERNEL}, {@code IDMAP} or {@code HYP}
     */
    LpaeFormat(SpaceKind kind) {
        this.kind = kind;
        this.tracksWrites = kind == SpaceKind.USER;
    }

    /** The entries of the kernel's start table are marked as its own. */
    @Override
    public long tableWord(long table, int level) {
        return kind == SpaceKind.KERNEL && level == 1 ? tableWord(table) | SWAPPER : tableWord(table);
    }

    /** Linux places blocks of 2 MB, never of 1 GB; its hypervisor has pages alone, and identity maps blocks alone. */
    @Override
    public boolean leafAllowed(int level) {
        return level == Geometry.LAST_LEVEL ? kind != SpaceKind.IDMAP : level == 2 && kind != SpaceKind.HYP;
    }

    @Override
    public long leafWord(long output, int level, long bits) {
        if (level == Geometry.LAST_LEVEL) {
            return output | bits | TABLE;
        }
        return output | (tracksWrites ? bits : bits & ~DIRTY);
    }

    @Override
    public long relocated(long word, int fromLevel, int toLevel, long output) {
        long bits = word & ~(ADDRESS | TABLE | CONTIGUOUS);
        return leafWord(output, toLevel, tracksWrites ? bits : bits | DIRTY);
    }

    /** {@code pte_modify}, then {@code set_pte_at}. */
    @Override
    public long modified(long word, long bits) {
        return stored(word & ~PROTECTION | bits & PROTECTION);
    }

    /** What {@code cpu_v7_set_pte_ext} stores: memory with NONE is not valid, clean or read-only memory is read-only. */
    private long stored(long word) {
        if ((word & NONE) != 0) {
            return word & ~VALID;
        }
        boolean isClean = tracksWrites && (word & DIRTY) == 0;
        return isClean || (word & RDONLY) != 0 ? word | AP2 : word & ~AP2;
    }

    /** {@code pte_mkdirty}. */
    @Override
    public long dirtied(long word) {
        return stored(tracksWrites ? word | DIRTY : word);
    }

    /** {@code pte_mkdirty} on what {@code do_anonymous_page} maps. */
    @Override
    public long populatedByWrite(long word) {
        return (word & RDONLY) == 0 ? dirtied(word) : word;
    }

    @Override
    public boolean isDirty(long word) {
        return tracksWrites && (word & DIRTY) != 0;
    }

    /** {@code pte_mkclean} for user memory; a kernel's words do not say whether they are dirty. */
    @Override
    public long clean(long word) {
        return tracksWrites ? stored((word | AF) & ~DIRTY) : word | AF;
    }

    /** {@code pte_wrprotect}. */
    @Override
    public long writeProtected(long word) {
        return stored(word | RDONLY);
    }

    @Override
    public boolean needsBreak(long oldWord, long newWord, int level) {
        boolean madeGlobal = (oldWord & ~newWord & NG) != 0;
        return madeGlobal || ((oldWord ^ newWord) & ~LIVE) != 0;
    }
}
