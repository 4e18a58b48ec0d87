package pagefold.server.log;

/** Hears how the log does. It is called on the log's own threads, so it must be quick and must not fail. */
public interface LogMeter {

    /**
     * An append was answered.
     *
     * @param nanos between the call and the answer
     */
    void appended(long nanos);

    /**
     * A transaction was made durable.
     *
     * @param works how many pieces of work it had, of all simulations
     * @param nanos how long it took
     */
    void committed(int works, long nanos);
}
