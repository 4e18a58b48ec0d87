package pagefold.server.compare;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import pagefold.model.AddressRange;
import pagefold.model.AddressSpace;
import pagefold.model.Attributes;
import pagefold.server.compare.Comparer.Scope;
import pagefold.server.replay.Projection;
import pagefold.table.ModelStatistics;

/**
 * What the tables of a projection, or of one of its spaces, cost and hold.
 *
 * @param tables number of tables
 * @param tableBytes bytes of those tables
 * @param leaves by size, the largest first
 * @param contiguousRuns runs of leaves that one entry of a TLB can hold
 * @param mappedBytes bytes that the leaves translate
 * @param tlb how far a TLB gets with them
 * @param overMappedBytes bytes that the leaves translate and no region asks for
 * @param widenedBytes bytes for which the leaves grant more than their region asks for
 */
public record Figures(
        long tables,
        long tableBytes,
        List<Leaves> leaves,
        long contiguousRuns,
        long mappedBytes,
        Tlb tlb,
        long overMappedBytes,
        long widenedBytes) {

    /** The leaves of one size in bytes. */
    public record Leaves(long size, long count) {}

    /**
     * A TLB that holds a leaf or a contiguous run in every entry.
     *
     * @param entries that it has
     * @param reachBytes most bytes that it translates without a miss
     * @param neededEntries entries that everything that is mapped would take
     */
    public record Tlb(int entries, long reachBytes, long neededEntries) {}

    /** Counts. */
    static Figures of(Projection projection, Scope scope) {
        String space = scope.space();
        long tables = 0;
        long bytes = 0;
        for (ModelStatistics.Space each : projection.model().statistics().spaces()) {
            if (space == null || each.space().equals(space)) {
                tables += each.tables();
                bytes += each.tableBytes();
            }
        }
        Counter counter = new Counter();
        for (AddressSpace each : projection.simulation().spaces()) {
            if (space == null || each.name().equals(space)) {
                projection
                        .model()
                        .mappings(
                                each.name(),
                                (range, leaf, entry, attributes) -> counter.add(each, range, leaf, entry, attributes));
            }
        }
        List<Leaves> leaves = new ArrayList<>();
        counter.leaves.forEach((size, count) -> leaves.add(new Leaves(size, count)));
        return new Figures(
                tables,
                bytes,
                leaves,
                counter.runs,
                counter.mapped,
                counter.tlb(scope.tlbEntries()),
                counter.overMapped,
                counter.widened);
    }

    /** Adds up what the tables translate, and compares it with the regions. */
    private static final class Counter {
        private final Map<Long, Long> leaves = new TreeMap<>(Comparator.reverseOrder());
        private final Map<Long, Long> entries = new TreeMap<>(Comparator.reverseOrder());
        private long runs;
        private long mapped;
        private long overMapped;
        private long widened;

        void add(AddressSpace space, AddressRange range, long leaf, long entry, Attributes attributes) {
            long size = range.size();
            leaves.merge(leaf, size / leaf, Long::sum);
            entries.merge(entry, size / entry, Long::sum);
            runs += entry == leaf ? 0 : size / entry;
            mapped += size;
            overMapped += size;
            space.forEachIn(range, region -> {
                // A region may begin before the run and end behind it.
                long start =
                        range.contains(region.range().start()) ? region.range().start() : range.start();
                long last =
                        range.contains(region.range().last()) ? region.range().last() : range.last();
                overMapped -= last - start + 1;
                boolean more = !region.attributes().permissions().includes(attributes.permissions());
                widened += more ? last - start + 1 : 0;
            });
        }

        Tlb tlb(int size) {
            long reach = 0;
            long needed = 0;
            long left = size;
            for (Map.Entry<Long, Long> each : entries.entrySet()) {
                long taken = Math.min(left, each.getValue());
                reach += taken * each.getKey();
                left -= taken;
                needed += each.getValue();
            }
            return new Tlb(size, reach, needed);
        }
    }
}
