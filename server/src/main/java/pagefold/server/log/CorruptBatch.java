package pagefold.server.log;

import org.jspecify.annotations.Nullable;

/** A row of the log is damaged, missing or not readable by this version: its simulation is refused, others work. */
public final class CorruptBatch extends LogException {
    private static final long serialVersionUID = 1;

    private final String simulation;
    private final long first;
    private final long last;
    private final String reason;

    CorruptBatch(String simulation, long first, long last, String reason, @Nullable Throwable cause) {
        super(
                "The log of simulation '" + simulation + "' cannot be read at positions " + first + " to " + last + ": "
                        + reason + ".",
                cause);
        this.simulation = simulation;
        this.first = first;
        this.last = last;
        this.reason = reason;
    }

    /** The simulation that the row belongs to. */
    public String simulation() {
        return simulation;
    }

    /** First position that is not readable. */
    public long first() {
        return first;
    }

    /** Last position of the row, or of the gap. */
    public long last() {
        return last;
    }

    /** What is wrong, in words with numbers. */
    public String reason() {
        return reason;
    }
}
