package pagefold.server.log;

import java.sql.SQLException;
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
