package pagefold.server.log;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import pagefold.model.Names;

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
 * <p>All methods may be called by any thread. {@link #append} never waits for the disk; the others do, and are not for
 * event loops. Without {@link #close}, or after kill -9, the next {@link #open} recovers by itself.
 */
public final class EventLog implements AutoCloseable {
    /** Most simulations of one log. */
    public static final int MAX_SIMULATIONS = 1_000_000;
    /** Most bytes of one batch's JSON. */
    public static final int MAX_BATCH_BYTES = 32 << 20;

    private static final int PAGE = 1000;

    private final Clock clock;
    private final Database database;
    private final GroupCommitter committer;
    private final ReadSessions sessions;
    private volatile @Nullable LogMeter meter;

    private EventLog(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
        committer = new GroupCommitter(database);
        sessions = new ReadSessions(database);
    }

    /**
     * Opens the log at a location.
     *
     * @param clock gives the time that is recorded with events
     * @throws DataDirectoryInUse when another server works in the directory
     * @throws LogUnavailable when it cannot be read or written, or belongs to a newer version
     */
    public static EventLog open(LogLocation location, Clock clock) {
        LogLocation.Login login = location.database();
        return open(login == null ? Sqlite.in(location.directory(), "") : new Postgres(login), clock);
    }

    /** Opens the log in a directory, which is made if it is not there, and held until {@link #close}. */
    public static EventLog open(Path directory, Clock clock) {
        return open(new LogLocation(directory), clock);
    }

    /** Opens the log in a database, which is closed with it. */
    static EventLog open(Database database, Clock clock) {
        try {
            database.migrate();
            EventLog log = new EventLog(database, clock);
            log.committer.start();
            return log;
        } catch (SQLException e) {
            database.close();
            throw unavailable("open", e);
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    /**
     * Makes an empty simulation, whose head is 0.
     *
     * @throws IllegalArgumentException when {@link Names#isValid} does not accept the name
     */
    public CreateResult create(String simulation) {
        return create(simulation, null);
    }

    /** As the other, with who makes it, if that is known. */
    public CreateResult create(String simulation, @Nullable String creator) {
        return create(simulation, creator, List.of());
    }

    private CreateResult create(String simulation, @Nullable String creator, List<EncodedBatch> history) {
        requireName(simulation);
        long bytes = history.stream().mapToLong(row -> row.payload().length).sum();
        Work.Create work = new Work.Create(simulation, creator, clock.millis(), history);
        long created = await(committer.submit(bytes, work, null));
        return created == LogWriter.EXISTS
                ? CreateResult.EXISTS
                : created == LogWriter.LIMIT_REACHED ? CreateResult.LIMIT_REACHED : CreateResult.CREATED;
    }

    private static void requireName(String simulation) {
        if (!Names.isValid(simulation)) {
            throw new IllegalArgumentException("expected the name of a simulation of 1 to " + Names.MAX_LENGTH
                    + " letters, digits, dots, underscores or hyphens, but it is another");
        }
    }

    /** Removes a simulation at a position, or any; says where it was, null when there is none. It stays elsewhere. */
    public @Nullable LoggedSimulation delete(String simulation, @Nullable Long expected) {
        return await(committer.submit(0, new Work.Delete(simulation, expected), null));
    }

    /**
     * Makes a simulation with a whole history: all of it is there, or nothing.
     *
     * @param history at least one batch, in order, as other logs have had it
     * @throws IllegalArgumentException when the name is none, or a batch takes more than {@link #MAX_BATCH_BYTES}
     */
    public CreateResult restore(String simulation, List<PastBatch> history) {
        List<EncodedBatch> rows = new ArrayList<>();
        long head = 0;
        for (PastBatch past : history) {
            byte[] payload;
            try {
                payload = BatchCodec.encode(past.batch());
            } catch (BatchCodec.TooLarge e) {
                throw new IllegalArgumentException(
                        "expected batches of at most " + MAX_BATCH_BYTES + " bytes, but one takes " + e.bytes(), e);
            }
            int count = past.batch().eventCount();
            rows.add(new EncodedBatch(
                    simulation, 0, head, count, past.timeMillis(), payload, BatchCodec.commands(past.batch())));
            head += count;
        }
        return create(simulation, null, rows);
    }

    /**
     * Moves the simulation's epoch on by one, so that appends of its former owner are refused.
     *
     * @return the head row with the new epoch
     * @throws NoSuchSimulation when there is none
     */
    public LoggedSimulation takeOwnership(String simulation) {
        LoggedSimulation taken = await(
                committer.<@Nullable LoggedSimulation>submit(0, writer -> writer.takeOwnership(simulation), null));
        if (taken == null) {
            throw new NoSuchSimulation(simulation);
        }
        return taken;
    }

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
    public CompletableFuture<AppendResult> append(String simulation, long epoch, long expected, NewBatch batch) {
        byte[] payload;
        try {
            payload = BatchCodec.encode(batch);
        } catch (BatchCodec.TooLarge e) {
            return CompletableFuture.completedFuture(new AppendResult.TooLarge(e.bytes(), MAX_BATCH_BYTES));
        }
        EncodedBatch encoded = new EncodedBatch(
                simulation, epoch, expected, batch.eventCount(), clock.millis(), payload, BatchCodec.commands(batch));
        LogMeter listener = meter;
        long began = System.nanoTime();
        CompletableFuture<AppendResult> outcome =
                committer.submit(payload.length, new Work.Append(encoded), AppendResult.Unavailable::new);
        return listener == null
                ? outcome
                : outcome.whenComplete((result, failure) -> listener.appended(System.nanoTime() - began));
    }

    /** Has a meter hear how the log does, from now on. */
    public void setMeter(LogMeter listener) {
        meter = listener;
        committer.setMeter(listener);
    }

    /** How many pieces of work wait for the disk. */
    public int waiting() {
        return committer.waiting();
    }

    /** How many bytes wait for the disk. */
    public long waitingBytes() {
        return committer.waitingBytes();
    }

    /** Why nothing can be written now, or until the server is restarted; null while it can. */
    public @Nullable LogUnavailable failure() {
        return committer.failure();
    }

    /**
     * Some head rows, by name.
     *
     * @param range of the names
     * @param after only names behind this one; empty for all
     * @param limit at least 1
     */
    public List<LoggedSimulation> list(LoggedSimulation.NameRange range, String after, int limit) {
        return query(session -> session.list(range, after, limit));
    }

    /** Gives all head rows, by name, to a consumer; those that are made meanwhile may be left out. */
    public void forEach(Consumer<LoggedSimulation> consumer) {
        String after = "";
        while (true) {
            List<LoggedSimulation> page = list(LoggedSimulation.NameRange.ALL, after, PAGE);
            page.forEach(consumer);
            // In a damaged database the order may be any.
            if (page.size() < PAGE || page.getLast().name().compareTo(after) <= 0) {
                return;
            }
            after = page.getLast().name();
        }
    }

    /** The head rows of those among some simulations that are there, in any order. */
    public List<LoggedSimulation> find(List<String> simulations) {
        return query(session -> session.of(simulations));
    }

    /** Some head rows with ids behind {@code after}, up to {@code last}, by id; ids grow in the order of creation. */
    public List<LoggedSimulation> byId(long after, long last, int limit) {
        return query(session -> session.byId(after, last, limit));
    }

    /** How many simulations there are. */
    public LoggedSimulation.Count size() {
        return query(ReadSession::size);
    }

    /** How many simulations somebody has made that are there. */
    public long madeBy(String creator) {
        return query(session -> session.madeBy(creator));
    }

    /** The head row of one simulation; null when there is none. */
    public @Nullable LoggedSimulation find(String simulation) {
        ReadSession.@Nullable Head head = query(session -> session.head(simulation));
        return head == null ? null : head.simulation();
    }

    /**
     * Reads events in order of position, up to the head at the time of the call.
     *
     * @param from first position wanted, at least 1
     * @param consumer gets one event after the other; answers whether it wants more
     * @throws NoSuchSimulation when there is none
     * @throws CorruptBatch at a row that cannot be read; the events before it have been delivered
     */
    public void read(String simulation, long from, Predicate<RecordedEvent> consumer) {
        read(simulation, from, Integer.MAX_VALUE, consumer);
    }

    /**
     * Reads at most {@code limit} events from a position on, as {@link #read(String, long, Predicate)} does.
     *
     * @param limit at least 1
     */
    public List<RecordedEvent> read(String simulation, long from, int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("expected a limit of at least 1, but it is " + limit);
        }
        List<RecordedEvent> events = new ArrayList<>();
        read(simulation, from, limit, event -> {
            events.add(event);
            return events.size() < limit;
        });
        return events;
    }

    /** The event at one position; null when the position is not between 1 and the head. */
    public @Nullable RecordedEvent eventAt(String simulation, long position) {
        if (position < 1) {
            return null;
        }
        List<RecordedEvent> events = read(simulation, position, 1);
        return events.isEmpty() ? null : events.getFirst();
    }

    /** What a command id led to in a simulation; null when the log does not have it. */
    public @Nullable CommandRecord command(String simulation, String commandId) {
        return query(session -> session.command(simulation, commandId));
    }

    /**
     * Keeps a snapshot. One that cannot be kept is no failure of anything but a later restart's speed.
     *
     * @param simulation the id of the simulation
     * @return whether it is durable; false when the simulation is not there, or not that far
     * @throws IllegalArgumentException when the payload is larger than {@link Snapshot#MAX_BYTES}
     */
    public CompletableFuture<Boolean> save(long simulation, Snapshot snapshot) {
        int bytes = snapshot.payload().length;
        if (bytes > Snapshot.MAX_BYTES) {
            throw new IllegalArgumentException(
                    "expected a snapshot of at most " + Snapshot.MAX_BYTES + " bytes, but it has " + bytes);
        }
        long now = clock.millis();
        return committer.submit(bytes, writer -> writer.save(simulation, snapshot, now), failure -> false);
    }

    /** The positions at which there are snapshots of a simulation, ascending. */
    public List<Long> snapshots(long simulation) {
        return query(session -> session.snapshots(simulation));
    }

    /** The snapshot at a position; null when there is none, or it is damaged. */
    public @Nullable Snapshot snapshot(long simulation, long position) {
        return query(session -> session.snapshot(simulation, position));
    }

    /**
     * Reads what can be read of a history, whatever is wrong behind that.
     *
     * @return what is wrong; null when nothing was seen
     * @throws NoSuchSimulation when there is none
     */
    public @Nullable CorruptBatch salvage(String simulation, Predicate<RecordedEvent> consumer) {
        try {
            reader(simulation, 1).salvage(Integer.MAX_VALUE, consumer);
            return null;
        } catch (CorruptBatch damage) {
            return damage;
        }
    }

    private void read(String simulation, long from, int rowsAtOnce, Predicate<RecordedEvent> consumer) {
        if (from < 1) {
            throw new IllegalArgumentException("expected a position of at least 1, but it is " + from);
        }
        reader(simulation, from).read(rowsAtOnce, consumer);
    }

    private HistoryReader reader(String simulation, long from) {
        ReadSession.@Nullable Head head = query(session -> session.head(simulation));
        if (head == null) {
            throw new NoSuchSimulation(simulation);
        }
        return new HistoryReader(sessions, head, from);
    }

    private <T extends @Nullable Object> T query(ReadSessions.Query<T> query) {
        try {
            return sessions.query(query);
        } catch (SQLException e) {
            throw unavailable("read", e);
        }
    }

    static LogUnavailable unavailable(String verb, SQLException e) {
        return new LogUnavailable("The log cannot " + verb + " now: " + e.getMessage() + ".", e);
    }

    /** Which log this is: servers that share it are told the same, and no others. */
    public String identity() {
        return database.identity();
    }

    private static <T extends @Nullable Object> T await(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof LogException failure) {
                throw failure;
            }
            throw e;
        }
    }

    /** Commits what is waiting, refuses what comes later, and leaves the database to others. */
    @Override
    public void close() {
        // Readers first: SQLite puts its files in order when the last connection closes, if that one may write.
        try (database;
                committer) {
            sessions.close();
        } catch (SQLException e) {
            throw unavailable("close", e);
        }
    }
}
