package pagefold.server.watch;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads for work that enters plugins.
 *
 * <p><b>Guarantees.</b>
 *
 * <ol>
 *   <li>At most so many pieces of work at a time as were asked for; those that were given up do not count.
 *   <li>Work whose plugin does not return fails with {@link PluginFailure}, and everything behind it goes on.
 *   <li>Safe for use by several threads.
 * </ol>
 */
public final class PluginThreads {
    private static final int IDLE_SECONDS = 30;

    private final Watchdog watchdog;
    private final ThreadPoolExecutor executor;
    private final String what;
    private final int limit;
    private final AtomicInteger waiting = new AtomicInteger();

    /** There is too much work already. */
    public static final class Full extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final String what;
        private final int limit;

        Full(String what, int limit) {
            super("expected at most " + limit + " " + what + " at one time, but this is one more");
            this.what = what;
            this.limit = limit;
        }

        /** Of what there is too much, in words. */
        public String what() {
            return what;
        }

        /** How much there may be. */
        public int limit() {
            return limit;
        }
    }

    /**
     * Threads that are watched.
     *
     * @param name of the threads, before their numbers
     * @param threads how many at most
     * @param what the work is, in words, as in "comparisons"
     * @param limit most pieces of work that are done or wait
     */
    public PluginThreads(Watchdog watchdog, String name, int threads, String what, int limit) {
        this.watchdog = watchdog;
        this.what = what;
        this.limit = limit;
        AtomicInteger number = new AtomicInteger();
        this.executor = new ThreadPoolExecutor(
                threads,
                Integer.MAX_VALUE,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> new PluginThread(task, name + "-" + number.getAndIncrement()));
        executor.allowCoreThreadTimeOut(true);
    }

    /** The watchdog that looks at them. */
    public Watchdog watchdog() {
        return watchdog;
    }

    /**
     * Runs work when there is a thread for it.
     *
     * @param simulation whose history it is about
     * @return what the work returns or throws, or {@link Full} when there is too much already
     */
    public <T> CompletableFuture<T> run(String simulation, Callable<T> work) {
        return run(PluginCall.known(simulation, watchdog.quarantine()), work);
    }

    /** The same for a trial: what is known against a binding in this simulation does not keep it from being tried. */
    public <T> CompletableFuture<T> tried(String simulation, Callable<T> work) {
        return run(PluginCall.trial(simulation, watchdog.quarantine()), work);
    }

    @SuppressWarnings("unchecked") // the outcome is completed with what the work returns
    private <T> CompletableFuture<T> run(PluginCall call, Callable<T> work) {
        if (waiting.incrementAndGet() > limit) {
            waiting.decrementAndGet();
            return CompletableFuture.failedFuture(new Full(what, limit));
        }
        CompletableFuture<Object> outcome = new CompletableFuture<>();
        outcome.whenComplete((done, e) -> waiting.decrementAndGet());
        executor.execute(new WatchedWork(this, watchdog, call, work, outcome));
        return (CompletableFuture<T>) outcome;
    }

    /** One of the threads is not waited for any more: another one may take its place. */
    synchronized void giveUp() {
        executor.setCorePoolSize(executor.getCorePoolSize() + 1);
    }

    /** A thread that was not waited for any more is there again. */
    synchronized void comeBack() {
        executor.setCorePoolSize(executor.getCorePoolSize() - 1);
    }
}
