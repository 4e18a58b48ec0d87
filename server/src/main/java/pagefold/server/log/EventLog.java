package pagefold.server.log;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The events of all simulations, durable.
 *
 * <p>Guarantees:
 *
 * <ol>
 *   <li>What is answered with {@link AppendResult.Appended} is on the disk: it survives the death of the process.
 *   <li>A batch is there as a whole or not at all; positions have no gaps; nothing that was written changes.
 *   <li>An append under another epoch, or on another head, than the log has, writes nothing.
 *   <li>Readers never wait for writers, and see what is committed and nothing else.
 * </ol>
 *
 * <p>All methods may be called by any thread. {@link #append} never blocks for the disk; the others do, and are not for
 * event loops.
 */
public interface EventLog extends AutoCloseable {
    /** Most simulations of one log. */
    int MAX_SIMULATIONS = 10_000;
    /** Most bytes of one batch's JSON. */
    int MAX_BATCH_BYTES = 32 << 20;

    /**
     * Makes an empty simulation, whose head is 0.
     *
     * @throws IllegalArgumentException when {@link pagefold.model.Names#isValid} does not accept the name
     */
    CreateResult create(String simulation);

    /** Removes a simulation with all its rows; false when there is none. */
    boolean delete(String simulation);

    /** The head rows of all simulations, by name. */
    List<LoggedSimulation> list();

    /** The head row of one simulation; null when there is none. */
    @Nullable
    LoggedSimulation find(String simulation);

    /**
     * Moves the simulation's epoch on by one, so that appends of its former owner are refused.
     *
     * @return the head row with the new epoch
     * @throws NoSuchSimulation when there is none
     */
    LoggedSimulation takeOwnership(String simulation);

    /**
     * Appends a batch behind {@code expected}.
     *
     * <p>An owner may append the next batch before the last one is answered: appends of one thread keep their order.
     *
     * @param epoch the epoch of the caller's ownership
     * @param expected the head that the caller has built on
     * @return completes once the outcome is durable, never exceptionally, on the log's own thread: dependents must not
     *     block there
     */
    CompletableFuture<AppendResult> append(String simulation, long epoch, long expected, NewBatch batch);

    /**
     * Reads events in order of position, up to the head at the time of the call.
     *
     * @param from first position wanted, at least 1
     * @param consumer gets one event after the other; answers whether it wants more
     * @throws NoSuchSimulation when there is none
     * @throws CorruptBatch at a row that cannot be read; the events before it have been delivered
     */
    void read(String simulation, long from, Predicate<RecordedEvent> consumer);

    /** Reads at most {@code limit} events from a position on, as {@link #read(String, long, Predicate)} does. */
    List<RecordedEvent> read(String simulation, long from, int limit);

    /** The event at one position; null when the position is not between 1 and the head. */
    @Nullable
    RecordedEvent eventAt(String simulation, long position);

    /** What a command id led to in a simulation; null when the log does not have it. */
    @Nullable
    CommandRecord command(String simulation, String commandId);

    /** Commits what is waiting, refuses what comes later, and leaves the data directory to others. */
    @Override
    void close();
}
