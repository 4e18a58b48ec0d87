package pagefold.server.stream;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import pagefold.server.log.RecordedEvent;
import pagefold.server.replay.Reading;
import pagefold.server.replay.Trouble;
import pagefold.server.space.Simulations;

/** The feeds of a server: one for each simulation that has subscribers. Any thread. */
public final class EventFeeds {
    /** Most subscriptions of a server at one time. */
    public static final int MAX_SUBSCRIPTIONS = 4096;

    private final Vertx vertx;
    private final Simulations simulations;
    private final Map<String, EventFeed> feeds = new HashMap<>();
    private int subscriptions;
    private boolean closing;

    /** Feeds from the histories of some simulations. */
    public EventFeeds(Vertx vertx, Simulations simulations) {
        this.vertx = vertx;
        this.simulations = simulations;
    }

    /**
     * Prepares a subscription, which sends nothing before it is started.
     *
     * @param from the first position wanted, at least 1, at most the one behind the head; {@code null} for what is new
     * @return the subscription, at the position before its first event
     */
    public Future<Reading<Subscription>> subscribe(String simulation, @Nullable Long from, StreamSink sink) {
        synchronized (this) {
            if (closing) {
                return refused(new Trouble.LogFailed("The server is stopping."));
            }
            if (subscriptions >= MAX_SUBSCRIPTIONS) {
                return refused(new Trouble.Busy("subscriptions", MAX_SUBSCRIPTIONS, subscriptions));
            }
            subscriptions++;
        }
        Context context = vertx.getOrCreateContext();
        return simulations
                .events(simulation, from == null ? Long.MAX_VALUE : from, 1)
                .map(reading -> switch (reading) {
                    case Reading.Failed<List<RecordedEvent>>(Trouble trouble) -> new Reading.Failed<Long>(trouble);
                    case Reading.Answered<List<RecordedEvent>>(long head, List<RecordedEvent> events) ->
                        from != null && from > head + 1
                                ? new Reading.Failed<Long>(new Trouble.BeyondHead(from - 1, head))
                                : new Reading.Answered<>(head, from == null ? head + 1 : from);
                })
                .onComplete(read -> {
                    if (read.failed() || read.result() instanceof Reading.Failed<Long>) {
                        released();
                    }
                })
                .map(reading -> switch (reading) {
                    case Reading.Failed<Long>(Trouble trouble) -> new Reading.Failed<>(trouble);
                    case Reading.Answered<Long>(long head, Long next) ->
                        new Reading.Answered<>(next - 1, subscription(simulation, next, head, context, sink));
                });
    }

    private static Future<Reading<Subscription>> refused(Trouble trouble) {
        return Future.succeededFuture(new Reading.Failed<>(trouble));
    }

    private synchronized Subscription subscription(
            String simulation, long next, long head, Context context, StreamSink sink) {
        EventFeed feed = feeds.get(simulation);
        Subscription subscription = feed == null ? null : added(feed, next, context, sink);
        if (feed == null || subscription == null) {
            EventFeed[] self = new EventFeed[1];
            feed = new EventFeed(
                    vertx,
                    simulations,
                    simulation,
                    new EventFeed.Users(() -> forget(simulation, self[0]), this::released));
            self[0] = feed;
            feeds.put(simulation, feed);
            subscription = added(feed, next, context, sink);
        }
        feed.announce(head);
        return Objects.requireNonNull(subscription);
    }

    private @Nullable Subscription added(EventFeed feed, long next, Context context, StreamSink sink) {
        Subscription subscription = new Subscription(vertx, context, feed, sink, next);
        return feed.add(subscription) ? subscription : null;
    }

    private synchronized void forget(String simulation, EventFeed feed) {
        feeds.remove(simulation, feed);
    }

    private synchronized void released() {
        subscriptions--;
    }

    /** How many subscriptions there are. */
    public synchronized int subscriptions() {
        return subscriptions;
    }

    /** The simulations that somebody is subscribed to. */
    public synchronized Set<String> simulations() {
        return Set.copyOf(feeds.keySet());
    }

    /** Ends the subscriptions of a simulation that was removed. */
    public void removed(String simulation) {
        end(simulation, new Ending.Removed());
    }

    private void end(String simulation, Ending ending) {
        EventFeed feed;
        synchronized (this) {
            feed = feeds.remove(simulation);
        }
        if (feed != null) {
            feed.end(ending);
        }
    }

    /** Ends the subscriptions of a simulation that another server has from now on: it is to be asked there. */
    public void handedOver(String simulation) {
        end(simulation, new Ending.Stopping());
    }

    /** Ends all subscriptions, and takes no more. */
    public void close() {
        List<EventFeed> ending;
        synchronized (this) {
            closing = true;
            ending = List.copyOf(feeds.values());
        }
        ending.forEach(feed -> feed.end(new Ending.Stopping()));
    }
}
