package pagefold.table;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import pagefold.model.StateSink;
import pagefold.model.StateSource;

/**
 * How many words point to each private copy of a page, by runs of neighbouring frames with the same number: a write to
 * gigabytes of copy-on-write memory is a run or two, and not millions of pages.
 */
final class Copies {
    private final NavigableMap<Long, Run> runs = new TreeMap<>();
    /** The run that was asked for last: neighbouring words mostly point to neighbouring frames. */
    private Run recent = Run.NONE;

    private record Run(long start, long bytes, int references) {
        private static final Run NONE = new Run(0, 0, 0);

        boolean contains(long frame) {
            return Long.compareUnsigned(frame - start, bytes) < 0;
        }

        long end() {
            return start + bytes;
        }
    }

    /** Receives a run of frames. */
    @FunctionalInterface
    interface Frames {
        void run(long frame, long bytes);
    }

    /** No copies. */
    Copies() {}

    /** The same copies, to try changes on. */
    Copies copy() {
        Copies copy = new Copies();
        copy.runs.putAll(runs);
        return copy;
    }

    /** Writes down all runs. */
    void save(StateSink sink) {
        sink.number(runs.size());
        for (Run run : runs.values()) {
            sink.number(run.start);
            sink.number(run.bytes);
            sink.number(run.references);
        }
    }

    /** Becomes the copies that were saved. */
    void restore(StateSource source) {
        int count = source.count(Integer.MAX_VALUE);
        for (int i = 0; i < count; i++) {
            long start = source.number();
            runs.put(start, new Run(start, source.number(), source.count(Integer.MAX_VALUE)));
        }
    }

    boolean isEmpty() {
        return runs.isEmpty();
    }

    /** How many runs there are. */
    int runCount() {
        return runs.size();
    }

    /** How many words point to a frame; 0 when it is no private copy. */
    int references(long frame) {
        Run run = recent;
        if (!run.contains(frame)) {
            Map.Entry<Long, Run> below = runs.floorEntry(frame);
            if (below == null || !below.getValue().contains(frame)) {
                return 0;
            }
            run = below.getValue();
            recent = run;
        }
        return run.references;
    }

    /** New copies, with one word that points to each. */
    void add(long frame, long bytes) {
        put(new Run(frame, bytes, 1));
    }

    /** One more word points to each frame of a run, in which all are copies. */
    void share(long frame, long bytes) {
        change(frame, bytes, 1, (gone, size) -> {});
    }

    /**
     * One word fewer points to each frame of a run, in which all are copies.
     *
     * @param gone receives the frames to which none points any more
     */
    void drop(long frame, long bytes, Frames gone) {
        change(frame, bytes, -1, gone);
    }

    private void change(long frame, long bytes, int difference, Frames gone) {
        long end = frame + bytes;
        for (long at = frame; at < end; ) {
            Run run = runAt(at);
            remove(run);
            if (run.start < at) {
                put(new Run(run.start, at - run.start, run.references));
            }
            long size = Math.min(run.end(), end) - at;
            int references = run.references + difference;
            if (references > 0) {
                put(new Run(at, size, references));
            } else {
                gone.run(at, size);
            }
            if (run.end() > end) {
                put(new Run(end, run.end() - end, run.references));
            }
            at += size;
        }
    }

    private Run runAt(long frame) {
        Map.Entry<Long, Run> below = runs.floorEntry(frame);
        if (below == null || !below.getValue().contains(frame)) {
            throw new IllegalStateException(
                    "expected a private copy at 0x" + Long.toHexString(frame) + ", but there is none");
        }
        return below.getValue();
    }

    /** Puts a run where none is, joined with neighbours of the same number. */
    private void put(Run run) {
        Run joined = run;
        Run before = valueOf(runs.lowerEntry(run.start));
        if (before != null && before.end() == run.start && before.references == run.references) {
            remove(before);
            joined = new Run(before.start, before.bytes + run.bytes, run.references);
        }
        Run after = runs.get(run.end());
        if (after != null && after.references == run.references) {
            remove(after);
            joined = new Run(joined.start, joined.bytes + after.bytes, run.references);
        }
        runs.put(joined.start, joined);
    }

    private void remove(Run run) {
        runs.remove(run.start);
        recent = Run.NONE;
    }

    private static @Nullable Run valueOf(Map.@Nullable Entry<Long, Run> entry) {
        return entry == null ? null : entry.getValue();
    }
}
