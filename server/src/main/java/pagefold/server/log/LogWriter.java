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
    private final PreparedStatement moveHead;
    private final PreparedStatement insertBatch;
    private final PreparedStatement selectCommand;
    private final PreparedStatement insertCommand;

    LogWriter(Database database) throws SQLException {
        connection = database.writer();
        selectHead =
                connection.prepareStatement("select id, epoch, head, created, creator from simulation where name = ?");
        moveHead =
                connection.prepareStatement("update simulation set head = ? where id = ? and epoch = ? and head = ?");
        insertBatch = connection.prepareStatement(
                "insert into event_batch (simulation, first, last, epoch, time, checksum, payload)"
                        + " values (?, ?, ?, ?, ?, ?, " + database.payloadParameter() + ")");
        selectCommand = connection.prepareStatement(
                "select first, last, request_digest from command where simulation = ? and command_id = ?");
        insertCommand = connection.prepareStatement(
                "insert into command (simulation, command_id, first, last, request_digest) values (?, ?, ?, ?, ?)");
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

    private static long checksum(long id, EncodedBatch batch) {
        return Checksum.of(id, batch.first(), batch.last(), batch.epoch(), batch.timeMillis(), batch.payload());
    }

    AppendResult append(EncodedBatch batch) throws SQLException {
        Head head = head(batch.simulation());
        if (head == null) {
            return new AppendResult.UnknownSimulation(batch.simulation());
        }
        if (head.epoch != batch.epoch() || head.position != batch.expected()) {
            return new AppendResult.Conflict(head.position, head.epoch);
        }
        for (EncodedBatch.Command command : batch.commands()) {
            CommandRecord recorded = command(head.id, command.commandId());
            if (recorded != null) {
                return new AppendResult.DuplicateCommand(command.commandId(), recorded);
            }
        }
        moveHead.setLong(1, batch.last());
        moveHead.setLong(2, head.id);
        moveHead.setLong(3, batch.epoch());
        moveHead.setLong(4, batch.expected());
        if (moveHead.executeUpdate() != 1) {
            // Another node was faster between the look and the move.
            Head moved = head(batch.simulation());
            return moved == null
                    ? new AppendResult.UnknownSimulation(batch.simulation())
                    : new AppendResult.Conflict(moved.position, moved.epoch);
        }
        insert(head.id, batch);
        return new AppendResult.Appended(batch.first(), batch.last(), batch.timeMillis());
    }

    private @Nullable CommandRecord command(long id, String commandId) throws SQLException {
        selectCommand.setLong(1, id);
        selectCommand.setString(2, commandId);
        try (ResultSet rows = selectCommand.executeQuery()) {
            return rows.next() ? new CommandRecord(rows.getLong(1), rows.getLong(2), rows.getString(3)) : null;
        }
    }

    private void insert(long id, EncodedBatch batch) throws SQLException {
        insertBatch.setLong(1, id);
        insertBatch.setLong(2, batch.first());
        insertBatch.setLong(3, batch.last());
        insertBatch.setLong(4, batch.epoch());
        insertBatch.setLong(5, batch.timeMillis());
        insertBatch.setLong(6, checksum(id, batch));
        insertBatch.setBytes(7, batch.payload());
        insertBatch.executeUpdate();
        for (EncodedBatch.Command command : batch.commands()) {
            insertCommand.setLong(1, id);
            insertCommand.setString(2, command.commandId());
            insertCommand.setLong(3, batch.first() + command.first());
            insertCommand.setLong(4, batch.first() + command.last());
            insertCommand.setString(5, command.requestDigest());
            insertCommand.executeUpdate();
        }
    }

    /**
     * Whether a batch is in the log. It waits for whoever holds the simulation's row, so that what a connection that
     * broke has left under way is over by then.
     */
    boolean has(EncodedBatch batch) throws SQLException {
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
                                checksum(head.id, batch))
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
        if (head(simulation) != null) {
            return EXISTS;
        }
        touch();
        // From here on others wait; one of them may have been faster.
        if (head(simulation) != null) {
            return EXISTS;
        }
        if (number("select count(*) from simulation") >= EventLog.MAX_SIMULATIONS) {
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

    /** Writes something that means nothing, since an id may be left out; others that do the same wait. */
    boolean touch() throws SQLException {
        update("update log_state set last_id = last_id + 1");
        return true;
    }

    /** Whether the simulation of that id and name is there, when all that is under way is over. */
    boolean has(long id, String simulation) throws SQLException {
        lock(simulation);
        touch();
        Head head = head(simulation);
        return head != null && head.id == id;
    }

    /** Removes a simulation; answers its id, or 0 when there is none. */
    long delete(String simulation) throws SQLException {
        // Owned first: an append of the former owner that is under way is then over, or refused.
        LoggedSimulation owned = takeOwnership(simulation);
        if (owned == null) {
            return 0;
        }
        update("update log_state set epoch_floor = ? where epoch_floor < ?", owned.epoch(), owned.epoch());
        update("delete from event_batch where simulation = ?", owned.id());
        update("delete from command where simulation = ?", owned.id());
        update("delete from snapshot where simulation = ?", owned.id());
        update("delete from simulation where id = ?", owned.id());
        return owned.id();
    }

    @Nullable
    LoggedSimulation takeOwnership(String simulation) throws SQLException {
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
        connection.rollback();
    }

    void close() throws SQLException {
        connection.close();
    }
}
