package pagefold.server.log;

import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Something to be done in the next transaction, and the future that hears of it once that is durable.
 *
 * @param <T> what it comes to
 */
final class Work<T extends @Nullable Object> {
    private final long bytes;
    private final Action<T> action;
    private final @Nullable Function<LogUnavailable, T> failure;
    private final CompletableFuture<T> future = new CompletableFuture<>();
    private @Nullable T outcome;

    /** What is done, inside a transaction. */
    @FunctionalInterface
    interface Action<T extends @Nullable Object> {
        T run(LogWriter writer) throws SQLException;

        /**
         * Whether what {@link #run} came to is in the log, when all that was under way is over; {@code null} when it
         * leaves nothing to know it by, and may be done twice.
         */
        default @Nullable Boolean isKept(LogWriter writer, T outcome) throws SQLException {
            return null;
        }
    }

    /** Appends a batch. */
    record Append(EncodedBatch batch) implements Action<AppendResult> {
        @Override
        public AppendResult run(LogWriter writer) throws SQLException {
            return writer.append(batch);
        }

        @Override
        public @Nullable Boolean isKept(LogWriter writer, AppendResult outcome) throws SQLException {
            return outcome instanceof AppendResult.Appended ? writer.has(batch) : null;
        }
    }

    /** Makes a simulation, with rows that it begins with; see {@link LogWriter#create} for what it comes to. */
    record Create(String simulation, @Nullable String creator, long timeMillis, List<EncodedBatch> history)
            implements Action<Long> {
        @Override
        public Long run(LogWriter writer) throws SQLException {
            long created = writer.create(simulation, creator, timeMillis);
            if (created > 0) {
                writer.restore(simulation, history);
            }
            return created;
        }

        @Override
        public @Nullable Boolean isKept(LogWriter writer, Long outcome) throws SQLException {
            return outcome > 0 ? writer.has(outcome, simulation) : null;
        }
    }

    /** Removes a simulation, if it is where it is expected; comes to it as it was, or null when there was none. */
    record Delete(String simulation, @Nullable Long expected) implements Action<@Nullable LoggedSimulation> {
        @Override
        public @Nullable LoggedSimulation run(LogWriter writer) throws SQLException {
            return writer.delete(simulation, expected);
        }

        @Override
        public @Nullable Boolean isKept(LogWriter writer, @Nullable LoggedSimulation outcome) throws SQLException {
            return outcome != null && (expected == null || expected == outcome.head())
                    ? !writer.has(outcome.id(), simulation)
                    : null;
        }
    }

    /**
     * Work of a size.
     *
     * @param bytes how much it is going to write, about
     * @param failure what it comes to when the log is not available; without one, the future fails
     */
    Work(long bytes, Action<T> action, @Nullable Function<LogUnavailable, T> failure) {
        this.bytes = bytes;
        this.action = action;
        this.failure = failure;
    }

    long bytes() {
        return bytes;
    }

    CompletableFuture<T> future() {
        return future;
    }

    void run(LogWriter writer) throws SQLException {
        outcome = action.run(writer);
    }

    /** What {@link Action#isKept} says of the outcome. */
    @Nullable
    Boolean isKept(LogWriter writer) throws SQLException {
        return action.isKept(writer, outcome);
    }

    void committed() {
        future.complete(outcome);
    }

    void failed(LogUnavailable reason) {
        if (failure == null) {
            future.completeExceptionally(reason);
        } else {
            future.complete(failure.apply(reason));
        }
    }
}
