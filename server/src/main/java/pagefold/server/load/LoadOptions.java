package pagefold.server.load;

import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a load run is.
 *
 * @param servers where the servers answer that have the same simulations, at least one; users are spread over them
 * @param token a bearer token, or {@code null}
 * @param prefix what the names of the simulations begin with
 * @param shape who does what
 * @param seconds how long it is measured, 1 to 86,400
 * @param warmup how long it runs before that, 0 to 86,400 seconds
 * @param patienceMillis how long a request is repeated, 0 to 86,400,000
 */
public record LoadOptions(
        List<URI> servers,
        @Nullable String token,
        String prefix,
        Shape shape,
        int seconds,
        int warmup,
        int patienceMillis) {
    private static final int MAX_SECONDS = 86_400;

    /** How commands travel. */
    public enum Way {
        /** One command in a request. */
        HTTP,
        /** A batch of commands in a request. */
        BATCH,
        /** One command in a message over a socket. */
        SOCKET
    }

    /**
     * Who does what.
     *
     * @param users how many, each with a connection, 1 to 10,000
     * @param simulations how many they share, 1 to 1,000
     * @param mix of their deeds
     * @param seed of their chance
     * @param travel how their commands travel
     */
    public record Shape(int users, int simulations, LoadMix mix, long seed, Travel travel) {
        public Shape {
            check("users", users, 1, 10_000);
            check("simulations", simulations, 1, 1000);
        }
    }

    /**
     * How commands travel.
     *
     * @param way that they take
     * @param size commands in a batch, or messages that a socket sends ahead, 1 to 4,096
     * @param rate of steps a second of all users together; 0 for as many as are answered
     * @param subscribers event streams that are open meanwhile on the first simulation, 0 to 4,000
     */
    public record Travel(Way way, int size, int rate, int subscribers) {
        public Travel {
            check("commands at one time", size, 1, 4096);
            check("steps a second", rate, 0, 1_000_000);
            check("subscribers", subscribers, 0, 4000);
        }
    }

    public LoadOptions {
        check("seconds", seconds, 1, MAX_SECONDS);
        check("seconds of warm-up", warmup, 0, MAX_SECONDS);
        check("ms of patience", patienceMillis, 0, 1000 * MAX_SECONDS);
        servers = List.copyOf(servers);
    }

    private static void check(String what, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    "expected " + least + " to " + most + " " + what + ", but found " + value);
        }
    }
}
