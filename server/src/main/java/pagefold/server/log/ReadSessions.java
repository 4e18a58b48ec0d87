package pagefold.server.log;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** A few connections for readers, opened when they are needed. */
final class ReadSessions implements AutoCloseable {
    private static final int MAX_SESSIONS = 4;

    private final Sqlite database;
    private final Semaphore free = new Semaphore(MAX_SESSIONS, true);
    private final ArrayDeque<ReadSession> idle = new ArrayDeque<>();
    private volatile boolean isClosed;

    ReadSessions(Sqlite database) {
        this.database = database;
    }

    /** What is read. */
    @FunctionalInterface
    interface Query<T extends @Nullable Object> {
        T run(ReadSession session) throws SQLException;
    }

    /**
     * Runs a query on a connection that nobody else uses meanwhile.
     *
     * @throws SQLException what the query throws; the connection is not used again
     * @throws LogUnavailable when the log is closed or cannot be opened
     */
    <T extends @Nullable Object> T query(Query<T> query) throws SQLException {
        free.acquireUninterruptibly();
        try {
            ReadSession session = take();
            T result;
            try {
                result = query.run(session);
            } catch (SQLException | RuntimeException e) {
                session.close();
                throw e;
            }
            giveBack(session);
            return result;
        } finally {
            free.release();
        }
    }

    private ReadSession take() throws SQLException {
        if (isClosed) {
            throw new LogUnavailable("The log is closed.", null);
        }
        synchronized (idle) {
            ReadSession session = idle.pollFirst();
            if (session != null) {
                return session;
            }
        }
        return new ReadSession(database.reader());
    }

    private void giveBack(ReadSession session) {
        synchronized (idle) {
            idle.addFirst(session);
        }
    }

    /** Waits for the queries under way, and closes all connections. */
    @Override
    public void close() throws SQLException {
        isClosed = true;
        free.acquireUninterruptibly(MAX_SESSIONS);
        try {
            for (ReadSession session = idle.pollFirst(); session != null; session = idle.pollFirst()) {
                session.close();
            }
        } finally {
            free.release(MAX_SESSIONS);
        }
    }
}
