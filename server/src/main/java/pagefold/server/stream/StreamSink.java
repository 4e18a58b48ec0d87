package pagefold.server.stream;

/** A client's end of a subscription. All methods are called on the client's own context. */
public interface StreamSink {

    /** Whether what was written last has not been taken by the client yet. */
    boolean isFull();

    /** Has a task run once, when the sink is not full any more. */
    void onDrained(Runnable task);

    /** Sends the events of a chunk from a position on. */
    void write(Chunk chunk, long from);

    /** Sends a sign of life, so that neither side takes the connection for dead. */
    void heartbeat();

    /** Says why nothing more comes, and ends. */
    void end(Ending ending);
}
