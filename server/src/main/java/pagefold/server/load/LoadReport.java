package pagefold.server.load;

import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * What was measured in one stretch of a load run.
 *
 * @param commands what became of commands
 * @param walks what became of translations
 * @param seconds that were measured
 */
public record LoadReport(Deeds commands, Deeds walks, double seconds) {
    private static final double MICROS = 1000;

    /**
     * One kind of deed.
     *
     * @param count how many were answered
     * @param perSecond the same for a second
     * @param latency of the requests or messages, in milliseconds
     */
    public record Deeds(long count, double perSecond, List<Percentile> latency) {

        /** What was counted in a time, with the times of requests in microseconds. */
        public static Deeds of(long count, double seconds, Histogram micros) {
            return new Deeds(
                    count,
                    count / seconds,
                    List.of(
                            new Percentile("p50", micros.getValueAtPercentile(50) / MICROS),
                            new Percentile("p90", micros.getValueAtPercentile(90) / MICROS),
                            new Percentile("p99", micros.getValueAtPercentile(99) / MICROS),
                            new Percentile("p99.9", micros.getValueAtPercentile(99.9) / MICROS),
                            new Percentile("max", micros.getMaxValue() / MICROS)));
        }
    }

    /** A percentile by its name. */
    public record Percentile(String name, double millis) {}
}
