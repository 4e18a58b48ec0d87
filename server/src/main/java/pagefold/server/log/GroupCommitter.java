package pagefold.server.log;

import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
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

    /** How often it is tried whether the log can be written again, when nobody else tries. */
    private static final long PROBE_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** How often it is looked whether a database that could go away is there, while there is nothing to write. */
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(2);
    /** How long a commit whose answer was lost is looked for, and how often; a database that restarts takes seconds. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Database database;
    private final CommitQueue queue = new CommitQueue();
    private final Thread thread;
    /** Touched by the thread alone, after the start. */
    private @Nullable LogWriter writer;

    /** Why nothing is written any more. */
    private volatile @Nullable LogUnavailable broken;
    /** Why the last that was tried could not be written. */
    private volatile @Nullable LogUnavailable failing;

    private volatile @Nullable LogMeter meter;

    GroupCommitter(Database database) {
        this.database = database;
        // A platform thread: it spends its life in fsync, which would hold on to the carrier of a virtual one.
        thread = Thread.ofPlatform().name("pagefold-log").daemon().unstarted(this::run);
    }

    /** Connects, so that a database that cannot be written is found out now, and begins. */
    void start() throws SQLException {
        writer = new LogWriter(database);
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
        boolean hasProbed = false;
        while (!queue.isDone()) {
            boolean isProbing = failing != null && broken == null;
            boolean isWatching = database.isRemote() && failing == null;
            long wait = isProbing ? hasProbed ? PROBE_NANOS : 0 : isWatching ? IDLE_NANOS : Long.MAX_VALUE;
            List<Work<?>> group = queue.takeGroup(wait);
            hasProbed = isProbing;
            if (group.isEmpty() && isProbing) {
                // Nobody may ask again before somebody says that it can be written again.
                group = List.of(new Work<>(0, LogWriter::touch, failure -> false));
            } else if (group.isEmpty() && isWatching && !queue.isDone()) {
                look();
            }
            try {
                commit(group, true);
            } catch (Error e) {
                LOG.error("The log stops writing.", e);
                stop(group, new LogUnavailable("The log stopped writing (" + e + "); restart the server.", e));
            }
        }
        closeWriter();
    }

    /** Notices that the database has gone before somebody wants to write; a connection that broke is made again. */
    private void look() {
        try {
            connected().look();
        } catch (SQLException broke) {
            closeWriter();
            try {
                connected().look();
            } catch (SQLException e) {
                closeWriter();
                refuse(List.of(), "The log cannot write now: " + e.getMessage() + ".", e);
            }
        }
    }

    /** Nothing is written any more. */
    private void stop(List<Work<?>> group, LogUnavailable reason) {
        broken = reason;
        failing = reason;
        group.forEach(work -> work.failed(reason));
    }

    /** {@code again}: whether the group may be tried once more as it is. */
    private void commit(List<Work<?>> group, boolean again) {
        LogUnavailable reason = broken;
        if (reason != null) {
            group.forEach(work -> work.failed(reason));
            return;
        }
        if (group.isEmpty()) {
            return;
        }
        long began = System.nanoTime();
        LogWriter target;
        try {
            target = connected();
        } catch (SQLException e) {
            refuse(group, "The log cannot write now: " + e.getMessage() + ".", e);
            return;
        }
        try {
            for (Work<?> work : group) {
                work.run(target);
            }
            target.flush();
        } catch (SQLException | RuntimeException e) {
            rollback(e);
            repeat(group, again, e);
            return;
        }
        try {
            target.commit();
        } catch (SQLException e) {
            rollback(e);
            settle(group, again, e);
            return;
        }
        LogMeter listener = meter;
        if (listener != null) {
            listener.committed(group.size(), System.nanoTime() - began);
        }
        succeed(group);
    }

    private void succeed(List<Work<?>> group) {
        if (failing != null) {
            LOG.info("The log writes again.");
            failing = null;
        }
        group.forEach(Work::committed);
    }

    private void refuse(List<Work<?>> group, String sentence, Exception e) {
        if (failing == null) {
            LOG.warn("{}", sentence);
        }
        LogUnavailable reason = new LogUnavailable(sentence, e);
        failing = reason;
        group.forEach(work -> work.failed(reason));
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

    /** Why nothing can be written, now or any more; null while all is well. */
    @Nullable
    LogUnavailable failure() {
        return failing;
    }

    /** After an error before the commit, or one with a commit that is known not to have come to anything. */
    private void repeat(List<Work<?>> group, boolean again, Exception e) {
        SQLException error = e instanceof SQLException sql ? sql : null;
        if (error != null && database.isFatal(error)) {
            LOG.error("The log stops writing: the database could not keep what it was given.", e);
            stop(
                    group,
                    new LogUnavailable(
                            "The log stopped writing after an input/output error (" + e.getMessage()
                                    + "); check the disk and restart the server.",
                            e));
        } else if (error != null && database.isDisconnected(error) && again) {
            // None of them is at fault, and another connection may do.
            commit(group, false);
        } else if (group.size() > 1) {
            // One of them may be at fault, or too large for what room is left: each gets its own transaction.
            group.forEach(work -> commit(List.of(work), true));
        } else {
            refuse(group, "The log cannot write now: " + e.getMessage() + ".", e);
        }
    }

    /**
     * After a commit that failed: it may have come to the database, and only its answer not to us. A transaction is there
     * as a whole or not at all, so one piece of work that can be known again tells it of all.
     */
    private void settle(List<Work<?>> group, boolean again, SQLException e) {
        if (database.isFatal(e)) {
            repeat(group, again, e);
            return;
        }
        LOG.warn("A commit failed, and is looked for in the log: {}", e.getMessage());
        long began = System.nanoTime();
        SQLException last = e;
        do {
            try {
                if (isKept(group)) {
                    succeed(group);
                } else {
                    repeat(group, again, e);
                }
                return;
            } catch (SQLException failed) {
                last = failed;
                closeWriter();
                LockSupport.parkNanos(LOOK_NANOS);
            }
        } while (System.nanoTime() - began < PATIENCE_NANOS);
        refuse(
                group,
                "The log lost its database while it was writing (" + last.getMessage()
                        + "); what became of the request is not known.",
                e);
    }

    private boolean isKept(List<Work<?>> group) throws SQLException {
        LogWriter target = connected();
        Boolean kept = null;
        for (Work<?> work : group) {
            kept = kept == null ? work.isKept(target) : kept;
        }
        target.rollback();
        return Boolean.TRUE.equals(kept);
    }

    private LogWriter connected() throws SQLException {
        LogWriter connected = writer;
        if (connected == null) {
            connected = new LogWriter(database);
            writer = connected;
        }
        return connected;
    }

    private void rollback(Exception reason) {
        LogWriter failed = writer;
        if (failed == null) {
            return;
        }
        if (reason instanceof SQLException error && database.isDisconnected(error)) {
            closeWriter();
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
