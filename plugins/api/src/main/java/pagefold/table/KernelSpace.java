package pagefold.table;

import pagefold.model.AddressRange;
import pagefold.model.AddressSpace;
import pagefold.model.Attributes;
import pagefold.model.MemoryChange;
import pagefold.model.MemoryEvent.InKernel;
import pagefold.model.MemoryEvent.MemorySet;
import pagefold.model.MemoryEvent.RangeChanged;
import pagefold.model.MemoryEvent.RangeHotRemoved;
import pagefold.model.MemoryEvent.RangeVacated;
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
            case MemorySet e -> e.ranges(before).forEach(range -> set(range, e.change()));
            case RangeVacated e -> space.vacate(before, e.range());
            case RangeHotRemoved e -> {
                space.vacate(before, e.range());
                AddressRange range = space.within(e.range());
                if (range != null) {
                    space.table().unmap(range.start(), range.last());
                }
            }
        }
    }

    private void change(RangeChanged e, AddressSpace before) {
        before.forEachIn(e.range(), region -> {
            AddressRange range = region.range();
            space.table().update(range.start(), range.last(), false, changing(region, e));
            if (region.attributes().permissions().isNone()
                    && !e.attributes().permissions().isNone()) {
                Region changed = region.withAttributes(e.attributes());
                Holes.in(space.table(), geometry, range).forEach(hole -> space.populate(changed.slice(hole)));
                // Words that were there already have frames that need not go on in those of the holes.
                space.runs().openBroken(range);
            }
        });
    }

    /** Copies a range to a new space. */
    void copyTo(ModelSpace child, AddressSpace before, AddressRange range) {
        TranslationRegime.CopyWords words = space.regime().copyWords();
        AddressRange part = space.within(range);
        if (words != null && part != null) {
            child.copy(before, part, space.table(), words);
        } else {
            child.becomeCopy();
        }
    }

    private void set(AddressRange range, MemoryChange change) {
        TranslationRegime.LiveWords words = space.regime().liveWords();
        if (words != null) {
            space.table()
                    .update(range.start(), range.last(), false, (word, level, address) -> words.changed(word, change));
        }
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
