package pagefold.arm64.kvm;

import static pagefold.arm64.descriptor.Descriptor.isValid;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Neighbouring leaves of one level that differ in their output alone, which goes on by the size of a leaf; or
 * neighbouring entries with the same annotation.
 *
 * @param address input address of the first
 * @param count how many there are
 * @param level level of their tables
 * @param word the first word
 */
record LeafRun(long address, long count, int level, long word) {

    /** All runs of the tables, in ascending order. */
    static List<LeafRun> of(KvmTables tables) {
        List<LeafRun> runs = new ArrayList<>();
        var collector = new Visitor() {
            private @Nullable LeafRun open;

            @Override
            public Outcome leaf(Visit visit) {
                if (visit.word() == 0) {
                    return Outcome.DONE;
                }
                LeafRun run = open;
                if (run != null && run.isFollowedBy(visit, tables.geometry.entrySize(visit.level()))) {
                    open = new LeafRun(run.address, run.count + 1, run.level, run.word);
                } else {
                    close();
                    open = new LeafRun(visit.address(), 1, visit.level(), visit.word());
                }
                return Outcome.DONE;
            }

            private void close() {
                if (open != null) {
                    runs.add(open);
                }
            }
        };
        tables.walk(0, 1L << tables.geometry.inputBits(), collector);
        collector.close();
        return runs;
    }

    private boolean isFollowedBy(Visit visit, long size) {
        long distance = count * size;
        return visit.level() == level
                && visit.address() == address + distance
                && visit.word() == (isValid(word) ? word + distance : word);
    }
}
