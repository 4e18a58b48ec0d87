package pagefold.server.load;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/** Counts and times what all users do. Any thread. */
final class LoadTally {
    private static final long MAX_MICROS = TimeUnit.MINUTES.toMicros(10);

    private final Recorder commandMicros = new Recorder(MAX_MICROS, 3);
    private final Recorder walkMicros = new Recorder(MAX_MICROS, 3);
    private final LongAdder commands = new LongAdder();
    private final LongAdder walks = new LongAdder();
    private final LongAdder retries = new LongAdder();
    private final Map<String, LongAdder> errors = new ConcurrentHashMap<>();
    /** Acknowledged events since the start, by simulation. */
    private final Map<String, LongAdder> acknowledged = new ConcurrentHashMap<>();

    private volatile boolean measures;
    private volatile long began;

    /** Forgets what was measured, and measures from now on. */
    void begin() {
        commandMicros.reset();
        walkMicros.reset();
        commands.reset();
        walks.reset();
        began = System.nanoTime();
        measures = true;
    }

    /** A request with commands was answered. */
    void changed(String simulation, int count, long micros) {
        acknowledged.computeIfAbsent(simulation, name -> new LongAdder()).add(count);
        if (measures) {
            commands.add(count);
            commandMicros.recordValue(Math.clamp(micros, 0, MAX_MICROS));
        }
    }

    /** A walk was answered. */
    void walked(long micros) {
        if (measures) {
            walks.increment();
            walkMicros.recordValue(Math.clamp(micros, 0, MAX_MICROS));
        }
    }

    /** Something is sent again. */
    void retried() {
        retries.increment();
    }

    /** How often that was, since the start. */
    long retries() {
        return retries.sum();
    }

    /** Something else happened than was expected. */
    void failed(String what) {
        errors.computeIfAbsent(what, name -> new LongAdder()).increment();
    }

    /** Measures no more, and says what was measured. */
    LoadReport end() {
        double seconds = (System.nanoTime() - began) / 1e9;
        measures = false;
        Histogram commandTimes = commandMicros.getIntervalHistogram();
        Histogram walkTimes = walkMicros.getIntervalHistogram();
        return new LoadReport(
                LoadReport.Deeds.of(commands.sum(), seconds, commandTimes),
                LoadReport.Deeds.of(walks.sum(), seconds, walkTimes),
                seconds);
    }

    long acknowledged(String simulation) {
        LongAdder sum = acknowledged.get(simulation);
        return sum == null ? 0 : sum.sum();
    }

    Map<String, Long> errors() {
        Map<String, Long> all = new TreeMap<>();
        errors.forEach((what, count) -> all.put(what, count.sum()));
        return all;
    }
}
