package pagefold.server.watch;

import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pagefold.model.PluginBinding;

/**
 * Looks at all work in plugins, again and again, and gives up what does not come out of one.
 *
 * <p>Time is counted in the watchdog's own looks: a process that was stopped, or a machine that stood still, makes no
 * plugin slow.
 */
public final class Watchdog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);
    private static final int LOOK_MILLIS = 100;

    private final long limitMillis;
    private final Clock clock;
    private final Quarantine quarantine = new Quarantine();
    private final Map<WatchedWork, Seen> watched = new ConcurrentHashMap<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    /** What a worker was at when it was looked at, and how many looks it has been there. */
    private record Seen(long steps, int looks) {
        static final Seen NEVER = new Seen(0, 0);

        Seen again(long now) {
            return now == steps ? new Seen(steps, looks + 1) : new Seen(now, 0);
        }

        boolean isInside() {
            return (steps & 1) != 0;
        }
    }

    /**
     * A watchdog, which begins to look.
     *
     * @param limitMillis how long a plugin may take for one call
     */
    public Watchdog(long limitMillis, Clock clock) {
        this.limitMillis = limitMillis;
        this.clock = clock;
        Thread.ofPlatform().daemon().name("pagefold-watchdog").start(this::look);
    }

    /** What it has given up, and what else is not used any more. */
    public Quarantine quarantine() {
        return quarantine;
    }

    void watch(WatchedWork work) {
        watched.put(work, Seen.NEVER);
    }

    void unwatch(WatchedWork work) {
        watched.remove(work);
    }

    private void look() {
        try {
            while (!closed.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                watched.replaceAll((work, seen) -> seen.again(work.call().steps()));
                watched.forEach((work, seen) -> {
                    if (seen.isInside() && (long) seen.looks() * LOOK_MILLIS >= limitMillis) {
                        giveUp(work);
                    }
                });
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void giveUp(WatchedWork work) {
        watched.remove(work);
        PluginFailure failure = work.call().giveUp(limitMillis);
        String simulation = work.call().simulation();
        LOG.error("{}: {}; its thread is given up", simulation, failure.reason());
        quarantine.hold(failure.binding());
        if (!simulation.isEmpty()) {
            quarantine(simulation, failure.binding(), failure.position(), failure.reason());
        }
        work.giveUp(failure);
    }

    /** Begins a case for a plugin that failed. */
    public void quarantine(String simulation, PluginBinding binding, long position, String reason) {
        quarantine.begin(new Quarantine.Case(simulation, binding, position, reason, clock.instant()));
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
