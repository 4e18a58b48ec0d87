package pagefold.server.watch;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A piece of work that enters plugins. */
final class WatchedWork implements Runnable {
    private final PluginThreads threads;
    private final Watchdog watchdog;
    private final PluginCall call;
    private final Callable<?> body;
    private final CompletableFuture<Object> outcome;
    private volatile @Nullable PluginThread thread;

    WatchedWork(
            PluginThreads threads,
            Watchdog watchdog,
            PluginCall call,
            Callable<?> body,
            CompletableFuture<Object> outcome) {
        this.threads = threads;
        this.watchdog = watchdog;
        this.call = call;
        this.body = body;
        this.outcome = outcome;
    }

    PluginCall call() {
        return call;
    }

    @Override
    public void run() {
        thread = (PluginThread) Thread.currentThread();
        watchdog.watch(this);
        try {
            outcome.complete(call.carrier().call(body::call));
        } catch (Exception | Error e) {
            outcome.completeExceptionally(e);
        } finally {
            watchdog.unwatch(this);
            PluginFailure failure = call.givenUp();
            if (failure != null) {
                watchdog.quarantine().release(failure.binding());
                threads.comeBack();
            }
        }
    }

    /** Fails the work, and lets others have its place. */
    void giveUp(PluginFailure failure) {
        threads.giveUp();
        PluginThread inside = thread;
        if (inside != null) {
            inside.interrupt();
            inside.yieldToOthers();
        }
        outcome.completeExceptionally(failure);
    }
}
