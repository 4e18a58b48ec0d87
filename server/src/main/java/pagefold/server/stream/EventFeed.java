package pagefold.server.stream;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import pagefold.server.log.RecordedEvent;
import pagefold.server.replay.Reading;
import pagefold.server.replay.Trouble;
import pagefold.server.space.Published;
import pagefold.server.space.Simulations;

/**
 * What all subscribers of one simulation share.
 *
 * <p>The writer's announcements say only how far the history goes; the events themselves are read from the log, so that
 * a lost announcement loses nothing. The writer goes first: after each delivery the feed rests for
 * {@value #REST} times as long as the delivery took, however many subscribers there are, and what happened meanwhile
 * goes out in one chunk. Guarded by its monitor.
 */
final class EventFeed {
    /** A feed works at most one part in {@code REST + 1} of the time. */
    static final int REST = 9;

    private static final int MAX_CHUNK_EVENTS = 1000;
    /** Most events times subscribers of a pass: what is longer takes event loops away from others. */
    private static final int MAX_DELIVERIES = 100_000;

    private static final long MAX_REST_MILLIS = 10_000;

    private final Vertx vertx;
    private final Simulations simulations;
    private final String simulation;
    private final Users users;
    private final MessageConsumer<Published> announcements;
    private final Set<Subscription> all = new LinkedHashSet<>();
    private final Set<Subscription> live = new LinkedHashSet<>();
    /** The last position that was handed to those who are live. */
    private long delivered;
    /** The last position that was announced. */
    private long announced;

    private boolean working;
    private boolean unused;

    /**
     * Who counts the subscriptions.
     *
     * @param onUnused what to do when the last one has ended
     * @param onLeft what to do when any has
     */
    record Users(Runnable onUnused, Runnable onLeft) {}

    EventFeed(Vertx vertx, Simulations simulations, String simulation, Users users) {
        this.vertx = vertx;
        this.simulations = simulations;
        this.simulation = simulation;
        this.users = users;
        announcements = vertx.eventBus().localConsumer(Published.address(simulation));
        announcements.handler(message -> announce(message.body().last()));
    }

    /** Adds a subscriber, which becomes live with {@link #join}; false when the feed is not in use any more. */
    synchronized boolean add(Subscription subscription) {
        return !unused && all.add(subscription);
    }

    /**
     * Makes a subscriber live that has everything up to a position; false when there is more for it in the log.
     */
    synchronized boolean join(Subscription subscription, long has) {
        if (live.isEmpty() && !working) {
            delivered = Math.max(delivered, has);
        }
        if (has < delivered) {
            return false;
        }
        live.add(subscription);
        work();
        return true;
    }

    void leave(Subscription subscription) {
        boolean last;
        synchronized (this) {
            live.remove(subscription);
            all.remove(subscription);
            last = !unused && all.isEmpty();
            unused |= last;
        }
        users.onLeft().run();
        if (last) {
            announcements.unregister();
            users.onUnused().run();
        }
    }

    /** The history reaches to a position. */
    synchronized void announce(long position) {
        announced = Math.max(announced, position);
        work();
    }

    /** Ends all subscriptions. */
    synchronized void end(Ending ending) {
        for (Subscription subscription : List.copyOf(all)) {
            subscription.context().runOnContext(ignored -> subscription.end(ending));
        }
    }

    /** Some events from a position on, which the log has. */
    Future<Reading<Chunk>> read(long from) {
        return read(from, MAX_CHUNK_EVENTS);
    }

    private Future<Reading<Chunk>> read(long from, int limit) {
        return simulations
                .events(simulation, from, limit)
                .compose(reading -> switch (reading) {
                    case Reading.Failed<List<RecordedEvent>>(Trouble trouble) ->
                        Future.succeededFuture(new Reading.Failed<>(trouble));
                    case Reading.Answered<List<RecordedEvent>>(long head, List<RecordedEvent> events)
                    when events.isEmpty() ->
                        // Another history has taken the place of this one, which was removed.
                        Future.succeededFuture(new Reading.Failed<>(new Trouble.BeyondHead(from, head)));
                    case Reading.Answered<List<RecordedEvent>>(long head, List<RecordedEvent> events) ->
                        vertx.<Reading<Chunk>>executeBlocking(
                                () -> new Reading.Answered<>(head, Chunk.of(simulation, events)), false);
                })
                .otherwise(e -> new Reading.Failed<>(new Trouble.Unexpected("The history cannot be read: " + e)));
    }

    private void work() {
        if (working || live.isEmpty() || announced <= delivered) {
            return;
        }
        working = true;
        long began = System.nanoTime();
        read(delivered + 1, Math.clamp(MAX_DELIVERIES / live.size(), 1, MAX_CHUNK_EVENTS))
                .onSuccess(reading -> {
                    switch (reading) {
                        case Reading.Answered<Chunk>(long head, Chunk chunk) -> dispatch(chunk, began);
                        case Reading.Failed<Chunk>(Trouble trouble) -> {
                            end(new Ending.Failed(trouble));
                            done(began);
                        }
                    }
                });
    }

    private synchronized void dispatch(Chunk chunk, long began) {
        Map<Context, List<Subscription>> byContext = new HashMap<>();
        for (Subscription subscription : live) {
            byContext
                    .computeIfAbsent(subscription.context(), context -> new ArrayList<>())
                    .add(subscription);
        }
        delivered = chunk.last();
        AtomicInteger outstanding = new AtomicInteger(byContext.size());
        byContext.forEach((context, subscriptions) -> context.runOnContext(ignored -> {
            try {
                subscriptions.forEach(subscription -> subscription.deliver(chunk));
            } finally {
                if (outstanding.decrementAndGet() == 0) {
                    done(began);
                }
            }
        }));
        if (byContext.isEmpty()) {
            done(began);
        }
    }

    private void done(long began) {
        long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
        vertx.setTimer(Math.clamp(REST * took, 1, MAX_REST_MILLIS), rested -> {
            synchronized (this) {
                working = false;
                work();
            }
        });
    }
}
