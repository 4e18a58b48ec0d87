package pagefold.server.log;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The statements that read the log, on one connection; each reads what is committed when it begins. */
final class ReadSession {
    /**
     * Most rows that are fetched at once, and the bytes after which there are no more: a read that stays open keeps
     * SQLite from checkpoints.
     */
    private static final int PAGE_ROWS = 256;

    private static final int PAGE_BYTES = 4 << 20;

    /** Most names in one statement. */
    private static final int MAX_PARAMETERS = 500;

    private static final String SELECT_HEADS = "select id, name, epoch, head, created, creator from simulation";

    private final Connection connection;
    private final PreparedStatement selectHead;
    private final PreparedStatement selectNames;
    private final PreparedStatement selectSizes;
    private final PreparedStatement selectBatches;
    private final PreparedStatement selectNext;
    private final PreparedStatement selectCommand;

    /**
     * The statements on a connection.
     *
     * @param byteOrder what follows a name that is to be compared by its bytes
     */
    ReadSession(Connection connection, String byteOrder) throws SQLException {
        this.connection = connection;
        String name = "name " + byteOrder;
        selectNames = connection.prepareStatement(SELECT_HEADS + " where " + name + " > ? and " + name + " >= ? and "
                + name + " < ? order by " + name + " limit ?");
        selectHead = connection.prepareStatement(
                "select s.id, s.epoch, s.head, s.created, s.creator, (select b.last from event_batch b"
                        + " where b.simulation = s.id order by b.first desc limit 1) from simulation s where s.name = ?");
        selectSizes = connection.prepareStatement(
                "select first, octet_length(payload) from event_batch where simulation = ? and first >="
                        + " (select max(first) from event_batch where simulation = ? and first <= ?)"
                        + " order by first limit ?");
        selectBatches = connection.prepareStatement(
                "select first, last, epoch, time, checksum, payload from event_batch where simulation = ?"
                        + " and first between ? and ? order by first");
        selectNext =
                connection.prepareStatement("select min(first) from event_batch where simulation = ? and first > ?");
        selectCommand = connection.prepareStatement(
                // No join: without statistics PostgreSQL would search the whole index for the command first.
                "select first, last, request_digest from command"
                        + " where simulation = (select id from simulation where name = ?) and command_id = ?");
    }

    /**
     * A head row.
     *
     * @param id the number under which its batches are kept
     * @param lastRow where the last batch ends, seen at the same moment; 0 when there is none
     */
    record Head(long id, LoggedSimulation simulation, long lastRow) {}

    /** A row as it was read, not yet believed. */
    record Row(long first, long last, long epoch, long timeMillis, long checksum, byte[] payload) {
        boolean isIntact(long simulation) {
            return checksum == Checksum.of(simulation, first, last, epoch, timeMillis, payload);
        }
    }

    @Nullable
    Head head(String simulation) throws SQLException {
        selectHead.setString(1, simulation);
        try (ResultSet rows = selectHead.executeQuery()) {
            return rows.next()
                    ? new Head(
                            rows.getLong(1),
                            new LoggedSimulation(
                                    rows.getLong(1),
                                    simulation,
                                    rows.getLong(2),
                                    rows.getLong(3),
                                    rows.getLong(4),
                                    rows.getString(5)),
                            rows.getLong(6))
                    : null;
        }
    }

    /** Some head rows with names of a range behind {@code after}, by name. */
    List<LoggedSimulation> list(LoggedSimulation.NameRange range, String after, int limit) throws SQLException {
        selectNames.setString(1, after);
        selectNames.setString(2, range.from());
        selectNames.setString(3, range.below());
        selectNames.setInt(4, limit);
        return heads(selectNames);
    }

    /** Some head rows with ids behind {@code after}, up to {@code last}, by id. */
    List<LoggedSimulation> byId(long after, long last, int limit) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement(SELECT_HEADS + " where id > ? and id <= ? order by id limit ?")) {
            select.setLong(1, after);
            select.setLong(2, last);
            select.setInt(3, limit);
            return heads(select);
        }
    }

    /** The head rows of those among some simulations that are there, in any order. */
    List<LoggedSimulation> of(List<String> names) throws SQLException {
        List<LoggedSimulation> found = new ArrayList<>();
        for (int i = 0; i < names.size(); i += MAX_PARAMETERS) {
            List<String> some = names.subList(i, Math.min(names.size(), i + MAX_PARAMETERS));
            String marks = String.join(",", Collections.nCopies(some.size(), "?"));
            try (PreparedStatement select =
                    connection.prepareStatement(SELECT_HEADS + " where name in (" + marks + ")")) {
                for (int at = 0; at < some.size(); at++) {
                    select.setString(at + 1, some.get(at));
                }
                found.addAll(heads(select));
            }
        }
        return found;
    }

    private static List<LoggedSimulation> heads(PreparedStatement select) throws SQLException {
        List<LoggedSimulation> all = new ArrayList<>();
        try (ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                // In a damaged database there may be no name: nothing is found under what it then is.
                all.add(new LoggedSimulation(
                        rows.getLong(1),
                        String.valueOf(rows.getString(2)),
                        rows.getLong(3),
                        rows.getLong(4),
                        rows.getLong(5),
                        rows.getString(6)));
            }
        }
        return all;
    }

    LoggedSimulation.Count size() throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("select last_id, simulations from log_state");
                ResultSet rows = select.executeQuery()) {
            return rows.next()
                    ? new LoggedSimulation.Count(rows.getLong(1), rows.getLong(2))
                    : new LoggedSimulation.Count(0, 0);
        }
    }

    /** How many simulations somebody has made that are there. */
    long madeBy(String creator) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("select count(*) from simulation where creator = ?")) {
            select.setString(1, creator);
            try (ResultSet rows = select.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        }
    }

    /** The row with a position, and some that follow; at least one, unless there is none that begins so early. */
    List<Row> rows(long simulation, long position, int limit) throws SQLException {
        // A driver may fetch all that it is asked for at once: it is asked for what there is room for.
        selectSizes.setLong(1, simulation);
        selectSizes.setLong(2, simulation);
        selectSizes.setLong(3, position);
        selectSizes.setInt(4, Math.min(limit, PAGE_ROWS));
        long first = 0;
        long last = -1;
        try (ResultSet sizes = selectSizes.executeQuery()) {
            for (long bytes = 0; bytes < PAGE_BYTES && sizes.next(); bytes += sizes.getLong(2)) {
                last = sizes.getLong(1);
                first = first == 0 ? last : first;
            }
        }
        return last < first ? List.of() : between(simulation, first, last);
    }

    private List<Row> between(long simulation, long first, long last) throws SQLException {
        selectBatches.setLong(1, simulation);
        selectBatches.setLong(2, first);
        selectBatches.setLong(3, last);
        List<Row> page = new ArrayList<>();
        try (ResultSet rows = selectBatches.executeQuery()) {
            while (rows.next()) {
                byte[] payload = rows.getBytes(6);
                page.add(new Row(
                        rows.getLong(1),
                        rows.getLong(2),
                        rows.getLong(3),
                        rows.getLong(4),
                        rows.getLong(5),
                        payload == null ? new byte[0] : payload));
            }
        }
        return page;
    }

    /** The first position of the first row behind {@code position}; null when there is none. */
    @Nullable
    Long nextFirst(long simulation, long position) throws SQLException {
        selectNext.setLong(1, simulation);
        selectNext.setLong(2, position);
        try (ResultSet rows = selectNext.executeQuery()) {
            rows.next();
            long first = rows.getLong(1);
            return rows.wasNull() ? null : first;
        }
    }

    @Nullable
    CommandRecord command(String simulation, String commandId) throws SQLException {
        selectCommand.setString(1, simulation);
        selectCommand.setString(2, commandId);
        try (ResultSet rows = selectCommand.executeQuery()) {
            return rows.next() ? new CommandRecord(rows.getLong(1), rows.getLong(2), rows.getString(3)) : null;
        }
    }

    /** The positions of a simulation's snapshots, ascending. */
    List<Long> snapshots(long simulation) throws SQLException {
        List<Long> positions = new ArrayList<>();
        try (PreparedStatement select =
                connection.prepareStatement("select position from snapshot where simulation = ? order by position")) {
            select.setLong(1, simulation);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    positions.add(rows.getLong(1));
                }
            }
        }
        return positions;
    }

    /** The snapshot at a position; null when there is none, or it is damaged. */
    @Nullable
    Snapshot snapshot(long simulation, long position) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                "select time, checksum, payload from snapshot where simulation = ? and position = ?")) {
            select.setLong(1, simulation);
            select.setLong(2, position);
            try (ResultSet rows = select.executeQuery()) {
                byte[] payload = rows.next() ? rows.getBytes(3) : null;
                boolean isIntact = payload != null
                        && rows.getLong(2) == Checksum.of(simulation, position, position, 0, rows.getLong(1), payload);
                return isIntact ? new Snapshot(position, payload) : null;
            }
        }
    }

    void close() throws SQLException {
        connection.close();
    }
}
