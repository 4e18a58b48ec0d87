package pagefold.server.stress;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Something that goes wrong, as it was planned.
 *
 * @param kind what it is
 * @param target the node, or the simulation, from 0; below their number when it is taken modulo that
 * @param afterMillis time since all was well
 * @param lastsMillis time until it is ended; 0 where it ends by itself
 * @param hard whether a database crashes, rather than ending in order
 */
public record Fault(FaultKind kind, int target, long afterMillis, long lastsMillis, boolean hard) {
    /** How long a node is stopped. */
    public static final long PAUSE_MILLIS = 12_000;
    /** How long nodes do not hear of each other; they give each other up after half of it. */
    public static final long CUT_MILLIS = 12_000;

    private static final int QUIET_MILLIS = 3000;
    private static final int MAX_DEAD_MILLIS = 3000;

    /**
     * Faults in a random order, with random targets and times; the same seed gives the same ones.
     *
     * @param counts how often each happens
     */
    static List<Fault> plan(Map<FaultKind, Integer> counts, long seed) {
        Random random = new Random(seed);
        List<FaultKind> kinds = new ArrayList<>();
        for (FaultKind kind : FaultKind.values()) {
            kinds.addAll(Collections.nCopies(counts.getOrDefault(kind, 0), kind));
        }
        Collections.shuffle(kinds, random);
        List<Fault> plan = new ArrayList<>();
        for (FaultKind kind : kinds) {
            int target = random.nextInt(Integer.MAX_VALUE);
            long after = QUIET_MILLIS + random.nextInt(QUIET_MILLIS);
            long dead = 500 + random.nextInt(MAX_DEAD_MILLIS);
            boolean hard = random.nextBoolean();
            long lasts = switch (kind) {
                case KILL -> dead;
                case PAUSE -> PAUSE_MILLIS;
                case PARTITION -> CUT_MILLIS;
                case RESTART, RESTART_DATABASE, SWAP_PLUGINS, JOIN -> 0;
            };
            plan.add(new Fault(kind, target, after, lasts, hard));
        }
        return plan;
    }
}
