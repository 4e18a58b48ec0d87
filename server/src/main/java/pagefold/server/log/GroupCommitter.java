package pagefold.server.log;

import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes. It puts all that waits into one transaction, whatever simulation it belongs to, and answers
 * when that is durable: while the disk works on one group, the next one gathers.
 */
final class GroupCommitter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GroupCommitter.class);

    private final Sqlite database;
    private final CommitQueue queue = new CommitQueue();
    private final Thread thread;
    /** Touched by the thread alone, after the start. */
    private @Nullable LogWriter writer;

    private volatile @Nullable LogUnavailable broken;
    private volatile @Nullable LogMeter meter;

    GroupCommitter(Sqlite database) {
        this.database = database;
        // A platform thread: it spends its life in fsync, which would hold on to the carrier of a virtual one.
        thread = Thread.ofPlatform().name("pagefold-log").daemon().unstarted(this::run);
    }

    /** Connects, so that a database that cannot be written is found out now, and begins. */
    void start() throws SQLException {
        writer = new LogWriter(database.writer());
        thread.start();
    }

    /**
     * Has something done in the next transaction.
     *
     * @param bytes how much it is going to write, about
     * @param failure what it comes to when the log is not available; without one, the future fails
     */
    <T extends @Nullable Object> CompletableFuture<T> submit(
            long bytes, Work.Action<T> action, @Nullable Function<LogUnavailable, T> failure) {
        Work<T> work = new Work<>(bytes, action, failure);
        LogUnavailable reason = broken;
        if (reason != null) {
            work.failed(reason);
            return work.future();
        }
        switch (queue.offer(work)) {
            case ACCEPTED -> {}
            case FULL ->
                work.failed(new LogUnavailable("The log has too much waiting to be written; try again.", null));
            case CLOSED -> work.failed(new LogUnavailable("The log is closed.", null));
        }
        return work.future();
    }

    private void run() {
        for (List<Work<?>> group = queue.takeGroup(); !group.isEmpty(); group = queue.takeGroup()) {
            try {
                commit(group);
            } catch (Error e) {
                LOG.error("The log stops writing.", e);
                LogUnavailable reason =
                        new LogUnavailable("The log stopped writing (" + e + "); restart the server.", e);
                broken = reason;
                group.forEach(work -> work.failed(reason));
            }
        }
        closeWriter();
    }

    private void commit(List<Work<?>> group) {
        LogUnavailable reason = broken;
        if (reason != null) {
            group.forEach(work -> work.failed(reason));
            return;
        }
        long began = System.nanoTime();
        try {
            LogWriter target = connected();
            for (Work<?> work : group) {
                work.run(target);
            }
            target.commit();
        } catch (SQLException | RuntimeException e) {
            undo(group, e);
            return;
        }
        LogMeter listener = meter;
        if (listener != null) {
            listener.committed(group.size(), System.nanoTime() - began);
        }
        group.forEach(Work::committed);
    }

    void setMeter(LogMeter listener) {
        meter = listener;
    }

    int waiting() {
        return queue.waiting();
    }

    long waitingBytes() {
        return queue.waitingBytes();
    }

    /** Why nothing is written any more; null while all is well. */
    @Nullable
    LogUnavailable failure() {
        return broken;
    }

    private void undo(List<Work<?>> group, Exception e) {
        rollback();
        if (e instanceof SQLException sql && Sqlite.isFatal(sql)) {
            LOG.error("The log stops writing: the database reported an input/output error.", e);
            LogUnavailable reason = new LogUnavailable(
                    "The log stopped writing after an input/output error (" + e.getMessage()
                            + "); check the disk and restart the server.",
                    e);
            broken = reason;
            group.forEach(work -> work.failed(reason));
        } else if (group.size() > 1) {
            // One of them may be at fault, or too large for what room is left: each gets its own transaction.
            group.forEach(work -> commit(List.of(work)));
        } else {
            LOG.warn("The log could not write: {}", e.getMessage());
            group.getFirst().failed(new LogUnavailable("The log cannot write now: " + e.getMessage() + ".", e));
        }
    }

    private LogWriter connected() throws SQLException {
        LogWriter connected = writer;
        if (connected == null) {
            connected = new LogWriter(database.writer());
            writer = connected;
        }
        return connected;
    }

    private void rollback() {
        LogWriter failed = writer;
        if (failed == null) {
            return;
        }
        try {
            failed.rollback();
        } catch (SQLException e) {
            // SQLite ends some transactions by itself; whatever state that left, a new connection has none of it.
            closeWriter();
        }
    }

    private void closeWriter() {
        LogWriter closing = writer;
        writer = null;
        if (closing != null) {
            try {
                closing.close();
            } catch (SQLException e) {
                LOG.warn("The log's connection did not close: {}", e.getMessage());
            }
        }
    }

    /** Commits what waits, refuses what comes later, and ends. */
    @Override
    public void close() {
        queue.close();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
