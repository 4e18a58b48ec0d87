package pagefold.server.space;

/**
 * How much a server takes at one time.
 *
 * @param openSimulations most simulations with a writer and a model in memory
 * @param waitingRequests most requests to one simulation that are not answered yet
 * @param waitingCommands most commands in those requests
 * @param pluginMillis how long a plugin may take to check a batch, to apply an event or to answer a question
 */
public record Limits(int openSimulations, int waitingRequests, int waitingCommands, int pluginMillis) {
    /** What holds unless said otherwise, with a small heap. */
    public static final Limits DEFAULT = new Limits(256, 1024, 262_144, 10_000);

    private static final long MEGABYTE = 1 << 20;

    /**
     * What holds with so many open simulations.
     *
     * @param openSimulations 0 for one for each megabyte that the heap may have, and at least as many as in
     *     {@link #DEFAULT}
     */
    public static Limits withOpen(int openSimulations) {
        long byHeap = Math.max(DEFAULT.openSimulations, Runtime.getRuntime().maxMemory() / MEGABYTE);
        return new Limits(
                openSimulations == 0 ? (int) Math.min(Integer.MAX_VALUE, byHeap) : openSimulations,
                DEFAULT.waitingRequests,
                DEFAULT.waitingCommands,
                DEFAULT.pluginMillis);
    }

    public Limits {
        if (openSimulations < 1 || waitingRequests < 1 || waitingCommands < 1 || pluginMillis < 1) {
            throw new IllegalArgumentException("expected limits of at least 1, but they are " + openSimulations + ", "
                    + waitingRequests + ", " + waitingCommands + " and " + pluginMillis);
        }
    }
}
