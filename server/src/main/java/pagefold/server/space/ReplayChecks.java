package pagefold.server.space;

import java.util.concurrent.CompletableFuture;
import pagefold.server.replay.Recheck;
import pagefold.server.watch.PluginThreads;

/** The checks of all models of a server, one at a time, in a part of one processor's time. */
final class ReplayChecks {
    /** After a check, nothing is checked for so many times as long as it took. */
    private static final int REST = 9;

    private final PluginThreads threads;
    private final Recheck recheck;
    private volatile long notBefore = System.nanoTime();

    ReplayChecks(PluginThreads threads, Recheck recheck) {
        this.threads = threads;
        this.recheck = recheck;
    }

    /** Whether enough time has passed since the last one. */
    boolean isDue() {
        return System.nanoTime() - notBefore >= 0;
    }

    /** Begins one; it fails when another one is under way. */
    CompletableFuture<Recheck.Outcome> begin(Recheck.Seen seen) {
        return threads.run(seen.model().simulation(), () -> {
            long started = System.nanoTime();
            try {
                return recheck.check(seen);
            } finally {
                long now = System.nanoTime();
                notBefore = now + REST * (now - started);
            }
        });
    }
}
