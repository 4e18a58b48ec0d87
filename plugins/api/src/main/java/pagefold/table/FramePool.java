package pagefold.table;

import java.util.Comparator;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import pagefold.model.StateSink;
import pagefold.model.StateSource;

/**
 * The simulated physical memory behind backing objects: runs of frames, given out by best fit (the shortest free run
 * that is long enough, the lowest of those) and joined again when they come back. No contents are kept.
 */
final class FramePool {
    private record Run(long start, long bytes) {}

    private static final Run NOTHING = new Run(0, 0);
    private static final Comparator<Run> BY_SIZE =
            Comparator.comparingLong(Run::bytes).thenComparingLong(Run::start);

    private final NavigableMap<Long, Run> byStart = new TreeMap<>();
    private final NavigableSet<Run> bySize = new TreeSet<>(BY_SIZE);
    private long freeBytes;
    /**
     * The run from whose front single pages were taken last, while it is in neither index: it stays the best fit for
     * the next one, since it has become shorter and the others have not.
     */
    private Run front = NOTHING;

    /** Bytes of those pages. */
    private long frontPage;

    /** A pool of {@code bytes} from {@code start}; both fit in 56 bits. */
    FramePool(long start, long bytes) {
        give(start, bytes);
    }

    private FramePool(FramePool other) {
        other.settle();
        byStart.putAll(other.byStart);
        bySize.addAll(other.bySize);
        freeBytes = other.freeBytes;
    }

    /** The same runs, to try changes on. */
    FramePool copy() {
        return new FramePool(this);
    }

    /** Writes down which frames are free. */
    void save(StateSink sink) {
        settle();
        sink.number(byStart.size());
        for (Run run : byStart.values()) {
            sink.number(run.start);
            sink.number(run.bytes);
        }
    }

    /** Becomes the pool that was saved. */
    void restore(StateSource source) {
        settle();
        byStart.clear();
        bySize.clear();
        freeBytes = 0;
        int runs = source.count(Integer.MAX_VALUE);
        for (int i = 0; i < runs; i++) {
            keep(source.number(), source.number());
        }
    }

    /** Bytes of the longest free run. */
    long largest() {
        settle();
        return bySize.isEmpty() ? 0 : bySize.last().bytes;
    }

    /**
     * Takes a run.
     *
     * @param bytes a multiple of the granule
     * @param alignment a power of two
     * @param congruent the run starts at this address modulo {@code alignment}
     */
    long take(long bytes, long alignment, long congruent) {
        boolean isPage = bytes == alignment && congruent == 0;
        if (isPage && frontPage == bytes && front.bytes >= bytes) {
            return takeFront(bytes);
        }
        settle();
        Run run = bySize.ceiling(new Run(0, bytes));
        if (run != null && skip(run.start, alignment, congruent) + bytes > run.bytes) {
            run = bySize.ceiling(new Run(0, bytes + alignment));
        }
        if (run == null) {
            throw new NoRoom("expected " + bytes + " bytes of free frames, but " + freeBytes
                    + " are left in shorter runs (a check before the event should have refused it)");
        }
        long start = run.start + skip(run.start, alignment, congruent);
        remove(run);
        if (isPage && start == run.start) {
            front = run;
            frontPage = bytes;
            return takeFront(bytes);
        }
        keep(run.start, start - run.start);
        keep(start + bytes, run.start + run.bytes - (start + bytes));
        return start;
    }

    private long takeFront(long bytes) {
        long start = front.start;
        front = new Run(start + bytes, front.bytes - bytes);
        return start;
    }

    /** Puts the rest of the run from which pages were taken back among the others. */
    private void settle() {
        Run rest = front;
        front = NOTHING;
        keep(rest.start, rest.bytes);
    }

    private static long skip(long start, long alignment, long congruent) {
        return congruent - start & alignment - 1;
    }

    /** Gives a run back. */
    void give(long start, long bytes) {
        settle();
        long from = start;
        long size = bytes;
        var before = byStart.lowerEntry(start);
        if (before != null && before.getValue().start + before.getValue().bytes == start) {
            from = before.getValue().start;
            size += before.getValue().bytes;
            remove(before.getValue());
        }
        Run after = byStart.get(start + bytes);
        if (after != null) {
            size += after.bytes;
            remove(after);
        }
        keep(from, size);
    }

    private void keep(long start, long bytes) {
        if (bytes > 0) {
            Run run = new Run(start, bytes);
            byStart.put(start, run);
            bySize.add(run);
            freeBytes += bytes;
        }
    }

    private void remove(Run run) {
        byStart.remove(run.start);
        bySize.remove(run);
        freeBytes -= run.bytes;
    }
}
