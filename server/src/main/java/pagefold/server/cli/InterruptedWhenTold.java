package pagefold.server.cli;

import java.util.concurrent.CountDownLatch;

/**
 * Interrupts a verb when the process is told to end (Ctrl-C, SIGTERM), and lets the process wait until the verb has
 * cleaned up.
 */
final class InterruptedWhenTold implements AutoCloseable {
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook;

    /** Interrupts the thread that makes it. */
    InterruptedWhenTold() {
        Thread worker = Thread.currentThread();
        hook = new Thread(
                () -> {
                    worker.interrupt();
                    try {
                        closed.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "ending");
        Runtime.getRuntime().addShutdownHook(hook);
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
