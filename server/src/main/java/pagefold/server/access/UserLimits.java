package pagefold.server.access;

/**
 * What one user may take, and one simulation; 0 is no limit.
 *
 * @param requestsPerSecond requests of a user
 * @param commandsPerSecond commands of a user
 * @param simulations that a user may make
 * @param events of a simulation
 * @param tableBytes bytes of tables of a simulation, which are measured every ten seconds
 */
public record UserLimits(int requestsPerSecond, int commandsPerSecond, int simulations, long events, long tableBytes) {
    /** No limits. */
    public static final UserLimits NONE = new UserLimits(0, 0, 0, 0, 0);

    public UserLimits {
        if (requestsPerSecond < 0 || commandsPerSecond < 0 || simulations < 0 || events < 0 || tableBytes < 0) {
            throw new IllegalArgumentException("expected limits of 0 or more, but one is below");
        }
    }
}
