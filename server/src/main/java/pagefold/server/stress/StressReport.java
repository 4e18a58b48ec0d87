package pagefold.server.stress;

import java.util.List;
import java.util.Map;
import pagefold.server.load.LoadReport;

/**
 * What became of a stress run.
 *
 * @param seed of its chance
 * @param servers how many there were
 * @param load what was done, and how fast
 * @param outcomes of all requests
 * @param faults in order
 * @param histories of head users
 * @param simulations what their logs and tables are
 * @param violations in words, the first ones; none of them must be there
 */
public record StressReport(
        long seed,
        int servers,
        Load load,
        Outcomes outcomes,
        List<FaultReport> faults,
        List<HistoryReport> histories,
        List<SimulationReport> simulations,
        List<String> violations) {

    /**
     * What was done, and how fast.
     *
     * @param seconds that it went on
     * @param commands that were acknowledged, with the times that their clients waited, repetitions included
     * @param walks that were answered
     * @param histogram of the times of commands
     * @param perSecond acknowledgements in each second
     */
    public record Load(
            double seconds,
            LoadReport.Deeds commands,
            LoadReport.Deeds walks,
            List<Bucket> histogram,
            List<Long> perSecond) {}

    /** How many took at most so long, and longer than those before. */
    public record Bucket(double millis, long count) {}

    /**
     * What became of requests.
     *
     * @param acknowledged commands
     * @param repeated commands that were sent more than once before they were answered
     * @param unknown commands of which nobody knows what became, since patience ended
     * @param refused valid commands and reads that were refused; must be 0
     * @param staleReads reads that were answered from an older state than their reader knew of, with its position
     * @param lost acknowledged events that are not where they were acknowledged; must be 0
     * @param duplicated events of requests that had one already; must be 0
     */
    public record Outcomes(
            long acknowledged,
            long repeated,
            long unknown,
            long refused,
            long staleReads,
            long lost,
            long duplicated) {}

    /**
     * A fault, and what it cost.
     *
     * @param what in words
     * @param atSeconds when it began
     * @param seconds until all was right again
     * @param failOverMillis the longest time without an acknowledgement in one simulation, from the fault on, if it began
     *     within 5 s of the fault's end
     * @param medianMillis the same in the simulation in the middle
     * @param laterMillis the longest time that began later, until 5 s after all was right again
     */
    public record FaultReport(
            String what, double atSeconds, double seconds, long failOverMillis, long medianMillis, long laterMillis) {}

    /**
     * A history that was checked.
     *
     * @param operations how many
     * @param verdict {@code linearizable}, {@code not linearizable} or {@code undecided}
     */
    public record HistoryReport(String simulation, int operations, String verdict) {}

    /**
     * A simulation at the end.
     *
     * @param position of its last event
     * @param hashes of the image of its tables at that position, by server
     */
    public record SimulationReport(String simulation, long position, Map<String, String> hashes) {}

    /** Whether nothing was wrong. */
    public boolean passes() {
        return violations.isEmpty();
    }

    /** Whether the images of the tables are the same on all servers. */
    public boolean hashesEqual() {
        return simulations.stream()
                .allMatch(simulation -> simulation.hashes().size() == servers
                        && simulation.hashes().values().stream().distinct().count() == 1);
    }
}
