package pagefold.model;

/** The answer to a command. */
public sealed interface Decision {

    /** The command leads to this event. */
    record Accepted(MemoryEvent event) implements Decision {}

    /** The command leads to nothing. */
    record Rejected(Rejection rejection) implements Decision {}
}
