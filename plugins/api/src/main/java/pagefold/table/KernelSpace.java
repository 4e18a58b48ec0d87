package pagefold.table;

import pagefold.model.AddressRange;
import pagefold.model.AddressSpace;
import pagefold.model.Attributes;
import pagefold.model.MemoryEvent.InKernel;
import pagefold.model.MemoryEvent.RangeChanged;
import pagefold.model.Region;

/**
 * What Linux does to the tables of its own space, beyond what it does to those of processes: live words are written
 * over in place, never split or folded.
 */
final class KernelSpace {
    private final ModelSpace space;
    private final TableFormat format;
    private final Geometry geometry;

    KernelSpace(ModelSpace space) {
        this.space = space;
        this.format = space.regime().format();
        this.geometry = space.regime().geometry();
    }

    /** Projects an event that {@link KernelCheck} has passed. */
    void project(InKernel event, AddressSpace before) {
        switch (event) {
            case RangeChanged e -> change(e, before);
        }
    }

    private void change(RangeChanged e, AddressSpace before) {
        before.forEachIn(e.range(), region -> {
            AddressRange range = region.range();
            space.table().update(range.start(), range.last(), false, changing(region, e));
            if (region.attributes().permissions().isNone()
                    && !e.attributes().permissions().isNone()) {
                Region changed = region.withAttributes(e.attributes());
                space.holes(range).forEach(hole -> space.populate(changed.slice(hole)));
            }
        });
    }

    /** What a change of attributes makes of the words of a region. */
    PageTable.LeafUpdate changing(Region region, RangeChanged e) {
        Region changed = region.withAttributes(e.attributes());
        return (word, level, address) -> {
            long output = format.outputAddress(word, level);
            long plain = format.leafWord(output, level, space.bits(changed, word, level));
            return format.withContiguous(plain, isMarked(region.range(), e.attributes(), level, address, output));
        };
    }

    /** Whether {@code create_pgd_mapping} would mark a leaf: its run is whole within the range and aligned. */
    private boolean isMarked(AddressRange range, Attributes attributes, int level, long address, long output) {
        long run = (long) format.contiguousEntries(level) << geometry.shift(level);
        long first = address & -run;
        return attributes.contiguous()
                && run > 1L << geometry.shift(level)
                && ((address ^ output) & run - 1) == 0
                && range.contains(first)
                && range.contains(first + (run - 1));
    }
}
