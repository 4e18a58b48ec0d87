package pagefold.table;

import java.util.Comparator;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The simulated physical memory behind backing objects: runs of frames, given out by best fit (the shortest free run
 * that is long enough, the lowest of those) and joined again when they come back. No contents are kept.
 */
final class FramePool {
    private record Run(long start, long bytes) {}

    private static final Comparator<Run> BY_SIZE =
            Comparator.comparingLong(Run::bytes).thenComparingLong(Run::start);

    private final NavigableMap<Long, Run> byStart = new TreeMap<>();
    private final NavigableSet<Run> bySize = new TreeSet<>(BY_SIZE);
    private long freeBytes;

    /** A pool of {@code bytes} from {@code start}; both fit in 56 bits. */
    FramePool(long start, long bytes) {
        give(start, bytes);
    }

    private FramePool(FramePool other) {
        byStart.putAll(other.byStart);
        bySize.addAll(other.bySize);
        freeBytes = other.freeBytes;
    }

    /** The same runs, to try changes on. */
    FramePool copy() {
        return new FramePool(this);
    }

    /** Bytes of the longest free run. */
    long largest() {
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
        keep(run.start, start - run.start);
        keep(start + bytes, run.start + run.bytes - (start + bytes));
        return start;
    }

    private static long skip(long start, long alignment, long congruent) {
        return congruent - start & alignment - 1;
    }

    /** Gives a run back. */
    void give(long start, long bytes) {
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
