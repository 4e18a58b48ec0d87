package pagefold.arm32.lpae;

import static pagefold.arm32.lpae.Descriptor.ADDRESS;
import static pagefold.arm32.lpae.Descriptor.AF;
import static pagefold.arm32.lpae.Descriptor.TYPE;
import static pagefold.arm32.lpae.Descriptor.TYPE_BLOCK;
import static pagefold.arm32.lpae.Descriptor.TYPE_PAGE;
import static pagefold.arm32.lpae.Descriptor.TYPE_TABLE;

import pagefold.table.PhysicalMemory;

/**
 * The short way through the lower range for the common case: one stage, little-endian, and an accessed leaf that grants
 * the access.
 *
 * <p>It decides no fault: what is not common is left to {@link LpaeWalker}, which evaluates everything, so that this can
 * only be faster, not different.
 */
final class DirectLookup {
    /** What {@link #translate} answers when the long way is to be gone. */
    static final long NOT_HERE = -1;

    private final PhysicalMemory memory;
    /** The first address that is not in the range, or 0 when the range has nothing that is common. */
    private final long end;

    private final long root;
    private final int startShift;
    private final long beyond;
    private final long hierarchical;
    private final byte[] grants;

    DirectLookup(Controls controls, PhysicalMemory memory) {
        Tree tree = controls.lower().tree();
        boolean isCommon = controls.isOn() && tree.isUsable() && !tree.isBigEndian;
        this.memory = memory;
        this.end = isCommon ? end(controls) : 0;
        this.root = tree.root;
        this.startShift = tree.startShift;
        this.beyond = tree.beyond;
        this.hierarchical = controls.lower().hierarchical();
        this.grants = controls.grants();
    }

    /** Where the lower range ends: at its size, or before an upper range that it would reach into. */
    private static long end(Controls controls) {
        int size = controls.lower().size();
        Controls.Range upper = controls.upper();
        long inputs = 1L << LpaeProfile.INPUT_BITS;
        return size == 0 && upper != null && upper.size() != 0 ? inputs - (inputs >>> upper.size()) : inputs >>> size;
    }

    /** The output address, or {@link #NOT_HERE}. */
    long translate(long address, int request) {
        if (address < 0 || address >= end) {
            return NOT_HERE;
        }
        int shift = startShift;
        long seen = 0;
        long word = memory.load64(root | address >>> shift << 3);
        while ((word & TYPE) == TYPE_TABLE && shift != LpaeProfile.GRANULE_BITS) {
            seen |= word;
            shift -= Tree.STRIDE;
            word = memory.load64(word & ADDRESS | (address >>> shift & Tree.LAST_ENTRY) << 3);
        }
        long page = -1L << shift;
        if ((word & TYPE) != (shift == LpaeProfile.GRANULE_BITS ? TYPE_PAGE : TYPE_BLOCK)
                || (word & AF) == 0
                || ((seen | word) & beyond) != 0
                || (grants[Grants.index1(word, seen & hierarchical)] & request) == 0) {
            return NOT_HERE;
        }
        return word & ADDRESS & page | address & ~page;
    }
}
