package pagefold.server.stream;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.Deque;
import pagefold.server.replay.Reading;

/**
 * One client's way through a history: every event from a position on, once, in order, until it ends.
 *
 * <p>A client that is behind is served from the log, at its own pace and without a queue. One that has everything is
 * live: it gets the chunks of the feed. What a live client does not take at once waits in a queue of at most
 * {@value #MAX_QUEUED_BYTES} bytes; beyond that, the subscription ends and says where to read on.
 */
public final class Subscription {
    /** Most bytes that wait for one client. */
    public static final int MAX_QUEUED_BYTES = 1 << 20;

    private static final long HEARTBEAT_MILLIS = 15_000;

    private final Vertx vertx;
    private final EventFeed feed;
    private final StreamSink sink;
    private final Context context;
    private final Deque<Chunk> queue = new ArrayDeque<>();
    /** The position wanted next. */
    private long next;

    private int queuedBytes;
    private boolean waiting;
    private boolean ended;
    private long timer = -1;

    /**
     * A subscription that sends nothing yet.
     *
     * @param context the client's own, on which all of its methods are called
     */
    Subscription(Vertx vertx, Context context, EventFeed feed, StreamSink sink, long next) {
        this.vertx = vertx;
        this.feed = feed;
        this.sink = sink;
        this.context = context;
        this.next = next;
    }

    Context context() {
        return context;
    }

    /** Begins to send. */
    public void start() {
        timer = vertx.setPeriodic(HEARTBEAT_MILLIS, tick -> {
            if (!ended && !sink.isFull()) {
                sink.heartbeat();
            }
        });
        catchUp();
    }

    /** Ends without a word, because the client has gone or does not want more. */
    public void cancel() {
        if (!ended) {
            ended = true;
            vertx.cancelTimer(timer);
            queue.clear();
            feed.leave(this);
        }
    }

    /** Ends with a reason; on the client's context. */
    void end(Ending ending) {
        if (!ended) {
            cancel();
            sink.end(ending);
        }
    }

    private void catchUp() {
        if (ended) {
            return;
        }
        if (sink.isFull()) {
            sink.onDrained(this::catchUp);
        } else if (!feed.join(this, next - 1)) {
            feed.read(next)
                    .onComplete(read -> context.runOnContext(ignored -> {
                        if (ended) {
                            return;
                        }
                        switch (read.result()) {
                            case Reading.Answered<Chunk>(long head, Chunk chunk) -> {
                                write(chunk);
                                catchUp();
                            }
                            case Reading.Failed<Chunk> failed -> end(new Ending.Failed(failed.trouble()));
                        }
                    }));
        }
    }

    /** Takes what the feed has for those who are live. */
    void deliver(Chunk chunk) {
        if (ended || chunk.last() < next) {
            return;
        }
        if (queue.isEmpty() && !sink.isFull()) {
            write(chunk);
        } else if (queuedBytes + chunk.bytes() > MAX_QUEUED_BYTES) {
            end(new Ending.Resync(next));
        } else {
            queue.add(chunk);
            queuedBytes += chunk.bytes();
            awaitDrain();
        }
    }

    private void awaitDrain() {
        if (!waiting) {
            waiting = true;
            sink.onDrained(this::drained);
        }
    }

    private void drained() {
        waiting = false;
        while (!ended && !queue.isEmpty() && !sink.isFull()) {
            Chunk chunk = queue.remove();
            queuedBytes -= chunk.bytes();
            write(chunk);
        }
        if (!ended && !queue.isEmpty()) {
            awaitDrain();
        }
    }

    private void write(Chunk chunk) {
        if (chunk.first() > next) {
            throw new IllegalStateException(
                    "expected the event at position " + next + ", but the chunk begins at " + chunk.first());
        }
        sink.write(chunk, next);
        next = chunk.last() + 1;
    }
}
