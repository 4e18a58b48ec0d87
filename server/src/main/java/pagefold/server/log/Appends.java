package pagefold.server.log;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The appends of one transaction. Each takes its simulation's row, which fences others out, and leaves its own rows to
 * {@link #flush}, which sends those of a whole group together: a database at the other end of a network answers once for
 * all of them.
 */
final class Appends {
    private final boolean sendsTogether;
    private final PreparedStatement takeHead;
    private final PreparedStatement moveHead;
    private final PreparedStatement insertBatch;
    private final PreparedStatement selectCommand;
    private final PreparedStatement insertCommand;
    /** The simulations that this transaction has appended to: nobody else moves their heads before it ends. */
    private final Map<String, Held> held = new HashMap<>();
    /** Batches that are in the log but for their rows. */
    private final List<Pending> pending = new ArrayList<>();
    /** Their commands. */
    private final Map<CommandKey, CommandRecord> pendingCommands = new HashMap<>();

    Appends(Connection connection, Database database) throws SQLException {
        sendsTogether = database.isRemote();
        takeHead = connection.prepareStatement(
                "update simulation set head = ? where name = ? and epoch = ? and head = ? returning id");
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

    /** A simulation's head as this transaction leaves it, and as its row is now. */
    private static final class Held {
        private final long id;
        private final long epoch;
        private long position;
        private long stored;

        Held(long id, long epoch, long position) {
            this.id = id;
            this.epoch = epoch;
            this.position = position;
            this.stored = position;
        }
    }

    private record Pending(long id, EncodedBatch batch) {}

    private record CommandKey(long id, String commandId) {}

    /**
     * Appends a batch on the condition that the head and the epoch are those expected; {@code null} when the row says
     * otherwise, or there is none.
     */
    @Nullable
    AppendResult append(EncodedBatch batch) throws SQLException {
        Held known = held.get(batch.simulation());
        if (known != null && (known.epoch != batch.epoch() || known.position != batch.expected())) {
            return new AppendResult.Conflict(known.position, known.epoch);
        }
        Held head = known != null ? known : take(batch);
        if (head == null) {
            return null;
        }
        for (EncodedBatch.Command command : batch.commands()) {
            CommandRecord recorded = command(head.id, command.commandId());
            if (recorded != null) {
                head.position = batch.expected();
                return new AppendResult.DuplicateCommand(command.commandId(), recorded);
            }
        }
        head.position = batch.last();
        pending.add(new Pending(head.id, batch));
        for (EncodedBatch.Command command : batch.commands()) {
            pendingCommands.put(
                    new CommandKey(head.id, command.commandId()),
                    new CommandRecord(
                            batch.first() + command.first(), batch.first() + command.last(), command.requestDigest()));
        }
        return new AppendResult.Appended(batch.first(), batch.last(), batch.timeMillis());
    }

    /** Moves a head on the condition that it is the one expected; null when it is not, or there is none. */
    private @Nullable Held take(EncodedBatch batch) throws SQLException {
        takeHead.setLong(1, batch.last());
        takeHead.setString(2, batch.simulation());
        takeHead.setLong(3, batch.epoch());
        takeHead.setLong(4, batch.expected());
        try (ResultSet rows = takeHead.executeQuery()) {
            if (!rows.next()) {
                return null;
            }
            Held taken = new Held(rows.getLong(1), batch.epoch(), batch.last());
            held.put(batch.simulation(), taken);
            return taken;
        }
    }

    private @Nullable CommandRecord command(long id, String commandId) throws SQLException {
        CommandRecord here = pendingCommands.get(new CommandKey(id, commandId));
        if (here != null) {
            return here;
        }
        selectCommand.setLong(1, id);
        selectCommand.setString(2, commandId);
        try (ResultSet rows = selectCommand.executeQuery()) {
            return rows.next() ? new CommandRecord(rows.getLong(1), rows.getLong(2), rows.getString(3)) : null;
        }
    }

    /** Sends what appends have left to be sent. */
    void flush() throws SQLException {
        for (Pending each : pending) {
            insert(each.id, each.batch);
        }
        int moves = 0;
        for (Held each : held.values()) {
            moves += each.position == each.stored ? 0 : move(each);
        }
        if (sendsTogether && !pending.isEmpty()) {
            insertBatch.executeBatch();
            insertCommand.executeBatch();
        }
        if (sendsTogether && moves > 0) {
            for (int moved : moveHead.executeBatch()) {
                requireMoved(moved);
            }
        }
        forget();
    }

    private void insert(long id, EncodedBatch batch) throws SQLException {
        insertBatch.setLong(1, id);
        insertBatch.setLong(2, batch.first());
        insertBatch.setLong(3, batch.last());
        insertBatch.setLong(4, batch.epoch());
        insertBatch.setLong(5, batch.timeMillis());
        insertBatch.setLong(6, batch.checksum(id));
        insertBatch.setBytes(7, batch.payload());
        send(insertBatch);
        for (EncodedBatch.Command command : batch.commands()) {
            insertCommand.setLong(1, id);
            insertCommand.setString(2, command.commandId());
            insertCommand.setLong(3, batch.first() + command.first());
            insertCommand.setLong(4, batch.first() + command.last());
            insertCommand.setString(5, command.requestDigest());
            send(insertCommand);
        }
    }

    private int move(Held head) throws SQLException {
        moveHead.setLong(1, head.position);
        moveHead.setLong(2, head.id);
        moveHead.setLong(3, head.epoch);
        moveHead.setLong(4, head.stored);
        requireMoved(send(moveHead));
        return 1;
    }

    private static void requireMoved(int rows) {
        if (rows != 1) {
            throw new IllegalStateException("expected the head of a row that is held to move, but " + rows + " did");
        }
    }

    /** Executes a statement that changes one row, now or with the others; answers how many rows it has changed. */
    private int send(PreparedStatement statement) throws SQLException {
        if (sendsTogether) {
            statement.addBatch();
            return 1;
        }
        return statement.executeUpdate();
    }

    /** Forgets what was not sent, and what a transaction held that has ended. */
    void forget() throws SQLException {
        pending.clear();
        pendingCommands.clear();
        held.clear();
        for (PreparedStatement statement : List.of(insertBatch, insertCommand, moveHead)) {
            statement.clearBatch();
        }
    }
}
