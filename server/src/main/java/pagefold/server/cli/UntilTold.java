package pagefold.server.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Lets a verb work until the process is told to end (Ctrl-C, SIGTERM), and the process wait until it has cleaned up. */
final class UntilTold implements AutoCloseable {
    private final CountDownLatch told = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook;

    UntilTold() {
        this(() -> {});
    }

    /** Has something done, besides, when the process is told. */
    UntilTold(Runnable whenTold) {
        hook = new Thread(
                () -> {
                    told.countDown();
                    whenTold.run();
                    await(closed);
                },
                "ending");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Waits until the process is told to end. */
    void await() {
        await(told);
    }

    /** Waits for that, and not longer than a time; true when it was told. */
    boolean await(long millis) {
        try {
            return told.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** All is cleaned up: the process may end. */
    @Override
    public void close() {
        closed.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // It is ending.
        }
    }
}
