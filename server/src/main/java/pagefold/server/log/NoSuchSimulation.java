package pagefold.server.log;

/** The simulation does not exist, or no longer. */
public final class NoSuchSimulation extends LogException {
    private static final long serialVersionUID = 1;

    private final String simulation;

    public NoSuchSimulation(String simulation) {
        super("There is no simulation '" + simulation + "' in the log.", null);
        this.simulation = simulation;
    }

    /** The name that was asked for. */
    public String simulation() {
        return simulation;
    }
}
