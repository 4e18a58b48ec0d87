package pagefold.server.api;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import pagefold.server.replay.Reading;
import pagefold.server.stream.Chunk;
import pagefold.server.stream.Ending;
import pagefold.server.stream.EventFeeds;
import pagefold.server.stream.StreamSink;
import pagefold.server.stream.Subscription;

/** Events as server-sent events, whose ids are the positions. */
final class EventStreams {
    static final String CONTENT_TYPE = "text/event-stream";

    private final EventFeeds feeds;

    EventStreams(EventFeeds feeds) {
        this.feeds = feeds;
    }

    void get(RoutingContext routing) {
        Exchange exchange = new Exchange(routing);
        String name = exchange.simulation();
        Long from = from(exchange);
        ServerSentEvents sink = new ServerSentEvents(routing.response());
        Runnable keep =
                exchange.whenTokenEnds(() -> routing.request().connection().close());
        routing.addEndHandler(ended -> keep.run());
        exchange.then(feeds.subscribe(name, from, sink), reading -> {
            switch (reading) {
                case Reading.Failed<Subscription> failed -> exchange.send(Problems.of(failed.trouble()));
                case Reading.Answered<Subscription>(long position, Subscription subscription) ->
                    sink.begin(position, subscription);
            }
        });
    }

    /** What a client names when it comes back goes before what it named the first time. */
    private static @Nullable Long from(Exchange exchange) {
        String last = exchange.singleHeader("Last-Event-ID");
        if (last != null && !last.isEmpty()) {
            if (!last.matches("[0-9]{1,18}")) {
                throw new Problem.Exception(Problems.invalid("Last-Event-ID", "Expected the position of an event."));
            }
            return Long.parseLong(last) + 1;
        }
        return exchange.query("from") == null ? null : exchange.number("from", 1, Long.MAX_VALUE, 1);
    }

    private static final class ServerSentEvents implements StreamSink {
        private static final Buffer HEARTBEAT = Buffer.buffer(":\n\n");

        private final HttpServerResponse response;

        ServerSentEvents(HttpServerResponse response) {
            this.response = response;
        }

        void begin(long position, Subscription subscription) {
            if (response.closed()) {
                subscription.cancel();
                return;
            }
            response.closeHandler(closed -> subscription.cancel());
            response.exceptionHandler(e -> subscription.cancel());
            response.setChunked(true)
                    .putHeader(HttpHeaders.CONTENT_TYPE, CONTENT_TYPE)
                    .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                    .putHeader(HttpHeaders.ETAG, Exchange.etag(position));
            // Otherwise a client would hear nothing until something happens.
            response.write(HEARTBEAT);
            subscription.start();
        }

        @Override
        public boolean isFull() {
            return response.writeQueueFull();
        }

        @Override
        public void onDrained(Runnable task) {
            response.drainHandler(drained -> {
                response.drainHandler(null);
                task.run();
            });
        }

        @Override
        public void write(Chunk chunk, long from) {
            response.write(chunk.serverSent(from));
        }

        @Override
        public void heartbeat() {
            response.write(HEARTBEAT);
        }

        @Override
        public void end(Ending ending) {
            if (response.ended() || response.closed()) {
                return;
            }
            String event = SocketMessages.typeOf(ending);
            String data = new String(
                            Json.line(json -> SocketMessages.writeEnding(json, ending, false)), StandardCharsets.UTF_8)
                    .strip();
            response.end("event: " + event + "\ndata: " + data + "\n\n");
        }
    }
}
