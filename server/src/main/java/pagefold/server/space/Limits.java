package pagefold.server.space;

/**
 * How much a server takes at one time.
 *
 * @param openSimulations most simulations with a writer and a model in memory
 * @param waitingRequests most requests to one simulation that are not answered yet
 * @param waitingCommands most commands in those requests
 */
public record Limits(int openSimulations, int waitingRequests, int waitingCommands) {
    /** What holds unless said otherwise. */
    public static final Limits DEFAULT = new Limits(256, 1024, 262_144);

    public Limits {
        if (openSimulations < 1 || waitingRequests < 1 || waitingCommands < 1) {
            throw new IllegalArgumentException("expected limits of at least 1, but they are " + openSimulations + ", "
                    + waitingRequests + " and " + waitingCommands);
        }
    }
}
