package pagefold.server.log;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** A few connections for readers, opened when they are needed. */
final class ReadSessions implements AutoCloseable {
    private static final int MAX_SESSIONS = 4;

    private final Database database;
    private final Semaphore free = new Semaphore(MAX_SESSIONS, true);
    private final ArrayDeque<ReadSession> idle = new ArrayDeque<>();
    private volatile boolean isClosed;

    ReadSessions(Database database) {
        this.database = database;
    }

    /** What is read. */
    @FunctionalInterface
    interface Query<T extends @Nullable Object> {
        T run(ReadSession session) throws SQLException;
    }

    /**
     * Runs a query on a connection that nobody else uses meanwhile. It runs again on a new one when the one that it had
     * was broken: it may have been so for long.
     *
     * @throws SQLException what the query throws; the connection is not used again
     * @throws LogUnavailable when the log is closed or cannot be opened
     */
    <T extends @Nullable Object> T query(Query<T> query) throws SQLException {
        free.acquireUninterruptibly();
        try {
            ReadSession session = take();
            if (session != null) {
                try {
                    return run(query, session);
                } catch (SQLException e) {
                    if (!database.isDisconnected(e)) {
                        throw e;
                    }
                    closeIdle();
                }
            }
            return run(query, new ReadSession(database.reader(), database.byteOrder()));
        } finally {
            free.release();
        }
    }

    private <T extends @Nullable Object> T run(Query<T> query, ReadSession session) throws SQLException {
        T result;
        try {
            result = query.run(session);
        } catch (SQLException | RuntimeException e) {
            closeQuietly(session, e);
            throw e;
        }
        synchronized (idle) {
            idle.addFirst(session);
        }
        return result;
    }

    private static void closeQuietly(ReadSession session, Exception reason) {
        try {
            session.close();
        } catch (SQLException e) {
            reason.addSuppressed(e);
        }
    }

    boolean isCorruption(SQLException e) {
        return database.isCorruption(e);
    }

    /** A session that was used before; null when there is none. */
    private @Nullable ReadSession take() {
        if (isClosed) {
            throw new LogUnavailable("The log is closed.", null);
        }
        synchronized (idle) {
            return idle.pollFirst();
        }
    }

    private void closeIdle() throws SQLException {
        synchronized (idle) {
            for (ReadSession session = idle.pollFirst(); session != null; session = idle.pollFirst()) {
                session.close();
            }
        }
    }

    /** Waits for the queries under way, and closes all connections. */
    @Override
    public void close() throws SQLException {
        isClosed = true;
        free.acquireUninterruptibly(MAX_SESSIONS);
        try {
            closeIdle();
        } finally {
            free.release(MAX_SESSIONS);
        }
    }
}
