package pagefold.server.stress;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pagefold.server.load.LoadReport;

/**
 * What became of a stress run.
 *
 * @param seed of its chance
 * @param servers how many there were
 * @param load what was done, and how fast
 * @param outcomes of all requests
 * @param fill what the simulations took when they were filled; {@code null} when they were not
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
        @Nullable FillReport fill,
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
     * @param failures requests that had to be sent again, were refused, or have an outcome that nobody knows, until the
     *     next fault
     * @param moves how simulations were spread before and after, where a node was added; else {@code null}
     */
    public record FaultReport(
            String what,
            double atSeconds,
            double seconds,
            long failOverMillis,
            long medianMillis,
            long laterMillis,
            long failures,
            @Nullable MoveReport moves) {}

    /** How many simulations of the run a node is to have. */
    public record Share(String node, long simulations) {
        /** How many times as many the node with most has as the one with fewest. */
        public static double ratio(List<Share> shares) {
            long most = shares.stream().mapToLong(Share::simulations).max().orElse(0);
            long least = shares.stream().mapToLong(Share::simulations).min().orElse(0);
            return most / (double) Math.max(1, least);
        }
    }

    /**
     * How simulations moved when a node was added.
     *
     * @param simulations of the run
     * @param moved those that have another owner since
     */
    public record MoveReport(long simulations, long moved, List<Share> before, List<Share> after) {
        /** How many of 100 moved. */
        public double percent() {
            return 100.0 * moved / Math.max(1, simulations);
        }
    }

    /**
     * What simulations took that were filled with regions.
     *
     * @param seconds that it took to make and fill them
     * @param eventBytes bytes of JSON of the events of one; 0 where the database is somebody else's
     * @param databaseBytes by which the database grew for each; 0 where it is somebody else's
     * @param shares how they are spread
     * @param nodes what they have in memory
     */
    public record FillReport(
            int simulations,
            int regions,
            double seconds,
            long eventBytes,
            long databaseBytes,
            List<Share> shares,
            List<NodeReport> nodes) {}

    /**
     * What a node had in memory, in bytes.
     *
     * @param open simulations
     * @param emptyHeap of all objects in use before there were simulations; -1 where the process is somebody else's
     * @param heap of all objects in use with that many open; -1 as well
     * @param tables of the open ones
     * @param images of simulations, this node's and copies of others'
     */
    public record NodeReport(String node, long open, long emptyHeap, long heap, long tables, long images) {
        /** What one open simulation took, without its image; -1 where it is not known. */
        public long heapOfOne() {
            return open == 0 || emptyHeap < 0 || heap < 0 ? -1 : Math.max(0, heap - emptyHeap - images) / open;
        }
    }

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
