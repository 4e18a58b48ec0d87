package pagefold.server.log;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The statements that change the log, on one connection. Nothing is kept before {@link #commit}. */
final class LogWriter {
    /** Answers of {@link #create} that are no ids. */
    static final long EXISTS = 0;

    static final long LIMIT_REACHED = -1;

    private final Connection connection;
    private final PreparedStatement selectHead;
    private final Appends appends;

    LogWriter(Database database) throws SQLException {
        connection = database.writer();
        selectHead =
                connection.prepareStatement("select id, epoch, head, created, creator from simulation where name = ?");
        appends = new Appends(connection, database);
    }

    private record Head(
            long id,
            long epoch,
            long position,
            long created,
            @Nullable String creator) {}

    private @Nullable Head head(String simulation) throws SQLException {
        selectHead.setString(1, simulation);
        try (ResultSet rows = selectHead.executeQuery()) {
            return rows.next()
                    ? new Head(rows.getLong(1), rows.getLong(2), rows.getLong(3), rows.getLong(4), rows.getString(5))
                    : null;
        }
    }

    AppendResult append(EncodedBatch batch) throws SQLException {
        AppendResult result = appends.append(batch);
        if (result != null) {
            return result;
        }
        Head head = head(batch.simulation());
        return head == null
                ? new AppendResult.UnknownSimulation(batch.simulation())
                : new AppendResult.Conflict(head.position, head.epoch);
    }

    /**
     * Sends what appends have left to be sent. To be called before {@link #commit}; whoever looks at the log or changes
     * it in another way does so, too. A failure is none of the commit.
     */
    void flush() throws SQLException {
        appends.flush();
    }

    /**
     * Whether a batch is in the log. It waits for whoever holds the simulation's row, so that what a connection that
     * broke has left under way is over by then.
     */
    boolean has(EncodedBatch batch) throws SQLException {
        flush();
        lock(batch.simulation());
        Head head = head(batch.simulation());
        return head != null
                && number(
                                "select count(*) from event_batch where simulation = ? and first = ? and last = ?"
                                        + " and epoch = ? and checksum = ?",
                                head.id,
                                batch.first(),
                                batch.last(),
                                batch.epoch(),
                                batch.checksum(head.id))
                        != 0;
    }

    private void lock(String simulation) throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement("update simulation set head = head where name = ?")) {
            update.setString(1, simulation);
            update.executeUpdate();
        }
    }

    /**
     * The id of a simulation that did not exist before.
     *
     * @return 0 when it exists, and -1 when there are too many; ids begin at 1
     */
    long create(String simulation, @Nullable String creator, long timeMillis) throws SQLException {
        flush();
        if (head(simulation) != null) {
            return EXISTS;
        }
        touch();
        // From here on others wait; one of them may have been faster.
        if (head(simulation) != null) {
            return EXISTS;
        }
        if (number("select simulations from log_state") >= EventLog.MAX_SIMULATIONS) {
            return LIMIT_REACHED;
        }
        try (PreparedStatement insert =
                connection.prepareStatement("insert into simulation (id, name, epoch, head, created, creator)"
                        + " select last_id, ?, epoch_floor, 0, ?, ? from log_state")) {
            insert.setString(1, simulation);
            insert.setLong(2, timeMillis);
            insert.setString(3, creator);
            insert.executeUpdate();
        }
        update("update log_state set simulations = simulations + 1");
        return number("select last_id from log_state");
    }

    /** Appends rows to a simulation that was just made, whose epochs become its own. */
    void restore(String simulation, List<EncodedBatch> rows) throws SQLException {
        Head head = head(simulation);
        for (EncodedBatch row : rows) {
            AppendResult appended =
                    head == null ? new AppendResult.UnknownSimulation(simulation) : append(row.withEpoch(head.epoch));
            if (!(appended instanceof AppendResult.Appended)) {
                throw new IllegalStateException("expected a row of a new simulation to be appended, but: " + appended);
            }
        }
    }

    /** Asks whether the database answers. */
    void look() throws SQLException {
        number("select 1");
        rollback();
    }

    /** Writes something that means nothing, since an id may be left out; others that do the same wait. */
    boolean touch() throws SQLException {
        update("update log_state set last_id = last_id + 1");
        return true;
    }

    /** Whether the simulation of that id and name is there, when all that is under way is over. */
    boolean has(long id, String simulation) throws SQLException {
        flush();
        lock(simulation);
        touch();
        Head head = head(simulation);
        return head != null && head.id == id;
    }

    /** Removes a simulation, if it is where it is expected; answers what it was, or null when there is none. */
    @Nullable
    LoggedSimulation delete(String simulation, @Nullable Long expected) throws SQLException {
        // Owned first: an append of the former owner that is under way is then over, or refused.
        LoggedSimulation owned = takeOwnership(simulation);
        if (owned == null) {
            return null;
        }
        if (expected != null && expected != owned.head()) {
            return owned;
        }
        update("update log_state set epoch_floor = ? where epoch_floor < ?", owned.epoch(), owned.epoch());
        update("delete from event_batch where simulation = ?", owned.id());
        update("delete from command where simulation = ?", owned.id());
        update("delete from snapshot where simulation = ?", owned.id());
        update("delete from simulation where id = ?", owned.id());
        update("update log_state set simulations = simulations - 1");
        return owned;
    }

    @Nullable
    LoggedSimulation takeOwnership(String simulation) throws SQLException {
        flush();
        try (PreparedStatement update =
                connection.prepareStatement("update simulation set epoch = epoch + 1 where name = ?")) {
            update.setString(1, simulation);
            update.executeUpdate();
        }
        Head head = head(simulation);
        return head == null
                ? null
                : new LoggedSimulation(head.id, simulation, head.epoch, head.position, head.created, head.creator);
    }

    /** Keeps a snapshot of a simulation that has come at least that far; false when there is none. */
    boolean save(long simulation, Snapshot snapshot, long timeMillis) throws SQLException {
        flush();
        long position = snapshot.position();
        // A change and not a look: nobody removes the simulation meanwhile.
        if (update("update simulation set head = head where id = ? and head >= ?", simulation, position) == 0) {
            return false;
        }
        update("delete from snapshot where simulation = ? and position = ?", simulation, position);
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into snapshot (simulation, position, time, checksum, payload) values (?, ?, ?, ?, ?)")) {
            insert.setLong(1, simulation);
            insert.setLong(2, position);
            insert.setLong(3, timeMillis);
            insert.setLong(4, Checksum.of(simulation, position, position, 0, timeMillis, snapshot.payload()));
            insert.setBytes(5, snapshot.payload());
            insert.executeUpdate();
        }
        thin(simulation);
        return true;
    }

    /** With too many snapshots, every second one goes, from the first on; the last one stays. */
    private void thin(long simulation) throws SQLException {
        List<Long> positions = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(
                "select position from snapshot where simulation = ? order by position desc")) {
            select.setLong(1, simulation);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    positions.add(rows.getLong(1));
                }
            }
        }
        for (int i = 1; positions.size() > Snapshot.MAX_COUNT && i < positions.size(); i += 2) {
            update("delete from snapshot where simulation = ? and position = ?", simulation, positions.get(i));
        }
    }

    private long number(String sql, long... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setLong(i + 1, parameters[i]);
            }
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        }
    }

    private int update(String sql, long... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setLong(i + 1, parameters[i]);
            }
            return statement.executeUpdate();
        }
    }

    void commit() throws SQLException {
        connection.commit();
    }

    void rollback() throws SQLException {
        appends.forget();
        connection.rollback();
    }

    void close() throws SQLException {
        connection.close();
    }
}
