package pagefold.server.log;

/** What became of an append. Only {@link Appended} means that anything was written. */
public sealed interface AppendResult {

    /**
     * The batch is durable.
     *
     * @param first position of its first event
     * @param last position of its last event, the new head
     * @param timeMillis the time recorded with its events
     */
    record Appended(long first, long last, long timeMillis) implements AppendResult {}

    /**
     * Somebody else owns the simulation now, or has appended to it.
     *
     * @param actualHead the head that the log has
     * @param actualEpoch the epoch that the log has
     */
    record Conflict(long actualHead, long actualEpoch) implements AppendResult {}

    /** A command id of the batch is in the log already; the first one found and what it led to. */
    record DuplicateCommand(String commandId, CommandRecord recorded) implements AppendResult {}

    /** The simulation does not exist, or no longer. */
    record UnknownSimulation(String simulation) implements AppendResult {}

    /** The batch is too large for a row: bytes of its JSON, or of as much of it as was encoded, and the limit. */
    record TooLarge(long bytes, long limit) implements AppendResult {}

    /** The log cannot write now (disk full, input/output error, closed). */
    record Unavailable(LogUnavailable failure) implements AppendResult {}
}
