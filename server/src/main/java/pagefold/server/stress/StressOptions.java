package pagefold.server.stress;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import pagefold.server.load.LoadMix;

/**
 * What a stress run is.
 *
 * @param prefix what the names of the simulations begin with
 * @param token a bearer token, or {@code null}
 * @param shape who does what
 * @param length how long it goes on at least; it ends when the last fault is got over
 * @param faults how often each happens, 0 to 1,000
 * @param patience how patient clients are
 */
public record StressOptions(
        String prefix,
        @Nullable String token,
        Shape shape,
        Length length,
        Map<FaultKind, Integer> faults,
        Patience patience) {
    private static final int MAX_FAULTS = 1000;

    /**
     * Who does what.
     *
     * @param users who change and read spaces of their own, 0 to 10,000
     * @param simulations that they share, 1 to 100,000; with fewer users, the first ones
     * @param heads simulations of head users, 0 to 100; each has {@link #HEAD_USERS} of them
     * @param mix of what users do
     * @param seed of their chance and of the faults'
     * @param regions that each of the simulations has before the users begin, 0 to {@value Filler#MAX_REGIONS}
     * @param restMillis how long users rest behind each thing that they do, 0 to 60,000
     */
    public record Shape(int users, int simulations, int heads, LoadMix mix, long seed, int regions, int restMillis) {
        /** Head users of one simulation. */
        public static final int HEAD_USERS = 4;

        public Shape {
            check("users", users, 0, 10_000);
            check("simulations", simulations, 1, 100_000);
            check("simulations of head users", heads, 0, 100);
            check("regions", regions, 0, Filler.MAX_REGIONS);
            check("ms of rest", restMillis, 0, 60_000);
        }

        /** Of simulations that are empty, with users who do not rest. */
        public Shape(int users, int simulations, int heads, LoadMix mix, long seed) {
            this(users, simulations, heads, mix, seed, 0, 0);
        }
    }

    /**
     * How long it goes on.
     *
     * @param seconds 1 to 86,400
     * @param operations of each user, after which it stops; 0 for no such limit
     */
    public record Length(int seconds, int operations) {
        public Length {
            check("seconds", seconds, 1, 86_400);
            check("operations", operations, 0, 1_000_000);
        }
    }

    /**
     * How patient clients are.
     *
     * @param attemptMillis how long a server may take to answer before another one is asked, 100 to 600,000
     * @param patienceMillis how long one request is repeated, 1,000 to 3,600,000
     */
    public record Patience(int attemptMillis, int patienceMillis) {
        public Patience {
            check("ms for an attempt", attemptMillis, 100, 600_000);
            check("ms of patience", patienceMillis, 1000, 3_600_000);
        }
    }

    public StressOptions {
        faults = Map.copyOf(faults);
        faults.forEach((kind, count) -> check("times " + kind.word(), count, 0, MAX_FAULTS));
    }

    /** The same with another token. */
    public StressOptions withToken(@Nullable String other) {
        return new StressOptions(prefix, other, shape, length, faults, patience);
    }

    private static void check(String what, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    "expected " + least + " to " + most + " " + what + ", but found " + value);
        }
    }
}
