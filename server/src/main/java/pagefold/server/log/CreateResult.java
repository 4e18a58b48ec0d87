package pagefold.server.log;

/** What became of the wish for a new simulation. */
public enum CreateResult {
    CREATED,
    /** One of that name is there; nothing has changed. */
    EXISTS,
    /** There are {@link EventLog#MAX_SIMULATIONS}; nothing has changed. */
    LIMIT_REACHED
}
