package pagefold.server.stress;

import java.util.Locale;

/** What may go wrong in a stress run. */
public enum FaultKind {
    /** {@code kill -9} of a node, which is started again some seconds later. */
    KILL,
    /** {@code SIGSTOP} of a node, and {@code SIGCONT} after {@link Fault#PAUSE_MILLIS}. */
    PAUSE,
    /** A node ends in order and is started again. */
    RESTART,
    /** The database ends, in order or as in a crash, and is started again. */
    RESTART_DATABASE,
    /** A simulation gets another profile, or another plugin, that can hold it. */
    SWAP_PLUGINS,
    /** One more node is started, and stays. Nothing fails, so no client may notice. */
    JOIN,
    /** A node and the others do not hear of each other for {@link Fault#CUT_MILLIS}, in one of some ways. */
    PARTITION;

    /** Whether it happens to a process, which a stress run must have started for that. */
    public boolean needsProcesses() {
        return this != SWAP_PLUGINS;
    }

    /** Whether there must be a network between the nodes that can be cut. */
    public boolean needsNetwork() {
        return this == PARTITION;
    }

    /** Its name in reports. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
