package pagefold.server.stress;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;
import pagefold.model.MemoryCommand;

/** What clients know of their requests. Any thread. */
final class Ledger {
    private static final long MAX_MICROS = TimeUnit.MINUTES.toMicros(60);

    private final Map<String, Page> pages = new ConcurrentSkipListMap<>();
    private final Recorder commandMicros = new Recorder(MAX_MICROS, 3);
    private final Recorder walkMicros = new Recorder(MAX_MICROS, 3);
    final AtomicLong repeated = new AtomicLong();
    final AtomicLong staleReads = new AtomicLong();

    /**
     * A command that was acknowledged.
     *
     * @param position of its event
     */
    record Entry(MemoryCommand command, long position) {}

    /** What is known of one simulation. */
    static final class Page {
        final Map<String, Entry> acknowledged = new ConcurrentHashMap<>();
        /** Requests of which nobody knows what became. */
        final Set<String> unknown = ConcurrentHashMap.newKeySet();
        /** Requests that were refused, and why. */
        final Map<String, String> refused = new ConcurrentHashMap<>();

        /** What it was filled with at the beginning, or {@code null}. */
        volatile Filler.@Nullable Batch batch;

        private long[] times = new long[64];
        private int count;

        private synchronized void acknowledgedNow() {
            if (count == times.length) {
                times = Arrays.copyOf(times, 2 * count);
            }
            times[count++] = System.nanoTime();
        }

        /** When there were acknowledgements, in order. */
        synchronized long[] times() {
            return Arrays.copyOf(times, count);
        }
    }

    Page page(String simulation) {
        return pages.computeIfAbsent(simulation, name -> new Page());
    }

    /** How many requests had to be sent again, were refused, or have an outcome that nobody knows. */
    long failures() {
        return repeated.get()
                + pages.values().stream()
                        .mapToLong(page -> page.unknown.size() + page.refused.size())
                        .sum();
    }

    /** All pages, by simulation. */
    Map<String, Page> pages() {
        return pages;
    }

    /** A command was acknowledged, so long after it was first sent. */
    void acknowledged(String simulation, String key, Entry entry, long nanos) {
        Page page = page(simulation);
        page.acknowledged.put(key, entry);
        page.acknowledgedNow();
        commandMicros.recordValue(micros(nanos));
    }

    /** A walk was answered. */
    void walked(long nanos) {
        walkMicros.recordValue(micros(nanos));
    }

    private static long micros(long nanos) {
        return Math.clamp(TimeUnit.NANOSECONDS.toMicros(nanos), 0, MAX_MICROS);
    }

    /** Times of commands in microseconds, since the last call. */
    Histogram commandMicros() {
        return commandMicros.getIntervalHistogram();
    }

    /** Times of walks in microseconds, since the last call. */
    Histogram walkMicros() {
        return walkMicros.getIntervalHistogram();
    }
}
