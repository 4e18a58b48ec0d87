package pagefold.server.compare;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import pagefold.model.PluginBinding;
import pagefold.server.compare.Difference.Kind;
import pagefold.server.log.RecordedEvent;
import pagefold.server.replay.Projection;
import pagefold.server.replay.Watcher;

/**
 * What changed from one position to a later one.
 *
 * @param from the earlier position
 * @param position the later position
 * @param binding whose tables are compared
 * @param differences the first of them, by space and address; the left side is the earlier one
 * @param count of all differences
 * @param bytes that differ, by kind; a byte may be in several
 * @param tables what became of the tables
 * @param work what the events between them did
 */
public record Changes(
        long from,
        long position,
        PluginBinding binding,
        List<Difference> differences,
        long count,
        Map<Kind, Long> bytes,
        TableChanges tables,
        Work work) {

    /** Two projections of one history through one binding, and the space that is wanted, if not all are. */
    record Between(
            Projection before, Projection after, @Nullable String space) {}

    /**
     * What events did, in all spaces.
     *
     * @param events how many
     * @param words that they wrote; a word that was written twice counts twice
     * @param invalidations by range or of whole spaces
     */
    public record Work(long events, long words, long invalidations) {}

    /**
     * Compares.
     *
     * @param watched has a watcher hear of all that happens between the two, and takes the earlier one on
     */
    static Changes of(Between between, Consumer<Watcher> watched) {
        Projection before = between.before();
        Projection after = between.after();
        long from = before.position();
        Differences differences = new Differences(before, after, Differences.Scope.OUTPUTS_TOO);
        differences.find(between.space());
        TableChanges tables = TableChanges.of(between);
        Counter counter = new Counter();
        watched.accept(counter);
        return new Changes(
                from,
                after.position(),
                after.binding(),
                differences.listed(),
                differences.count(),
                differences.bytes(),
                tables,
                new Work(counter.events, counter.words, counter.invalidations));
    }

    private static final class Counter implements Watcher {
        private long events;
        private long words;
        private long invalidations;

        @Override
        public void next(RecordedEvent event) {
            events++;
        }

        @Override
        public void wrote(long address, int level, long oldWord, long newWord) {
            words++;
        }

        @Override
        public void invalidated(String space, long start, long last, boolean leafOnly) {
            invalidations++;
        }

        @Override
        public void invalidatedAll(String space) {
            invalidations++;
        }
    }
}
