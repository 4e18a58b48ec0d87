package pagefold.server.load;

import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What a load run has measured.
 *
 * @param commands what became of commands
 * @param walks what became of translations
 * @param seconds that were measured
 * @param errors answers that were not expected, by what they were, in the whole run
 * @param retries how often a request or message was sent again, in the whole run
 * @param lost acknowledged events that the simulations do not have, in the whole run; must be 0
 * @param duplicated events of the simulations that nobody was told of, in the whole run; must be 0. With errors it is not
 *     counted: what became of those requests is not known
 */
public record LoadReport(
        Deeds commands,
        Deeds walks,
        double seconds,
        Map<String, Long> errors,
        long retries,
        long lost,
        long duplicated) {
    private static final double MICROS = 1000;

    /** Whether all was as it must be. */
    public boolean passes() {
        return errors.isEmpty() && lost == 0 && duplicated == 0;
    }

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
