package pagefold.server.api;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.parsetools.RecordParser;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Clients of server-sent events, many at a time. */
final class SseClient implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http = vertx.createHttpClient(
            new HttpClientOptions(), new PoolOptions().setHttp1MaxSize(2000).setMaxWaitQueueSize(-1));

    /** What one client has heard; its positions must follow each other. */
    final class Stream {
        private final List<String> data = new ArrayList<>();
        private long position;
        private @Nullable String wrong;
        private @Nullable String ending;
        private boolean ended;
        private int status;
        private String pendingType = "";
        private String pendingData = "";
        private long pendingId = -1;
        private @Nullable HttpClientResponse response;

        private Stream(long position) {
            this.position = position;
        }

        synchronized long position() {
            return position;
        }

        /** The data of all events. */
        synchronized List<String> data() {
            return List.copyOf(data);
        }

        synchronized int count() {
            return data.size();
        }

        /** What was wrong with the order, if anything. */
        synchronized @Nullable String wrong() {
            return wrong;
        }

        /** The type and data of the message that ended the stream. */
        synchronized @Nullable String ending() {
            return ending;
        }

        synchronized boolean hasEnded() {
            return ended;
        }

        synchronized int status() {
            return status;
        }

        private synchronized void line(String line) {
            if (line.startsWith("id: ")) {
                pendingId = Long.parseLong(line.substring(4));
            } else if (line.startsWith("event: ")) {
                pendingType = line.substring(7);
            } else if (line.startsWith("data: ")) {
                pendingData = line.substring(6);
            } else if (line.isEmpty() && !pendingData.isEmpty()) {
                message();
            }
        }

        private void message() {
            if (pendingType.isEmpty()) {
                if (pendingId != position + 1 && wrong == null) {
                    wrong = "expected the event " + (position + 1) + ", but " + pendingId + " came";
                }
                position = pendingId;
                data.add(pendingData);
            } else {
                ending = pendingType + " " + pendingData;
            }
            pendingType = "";
            pendingData = "";
        }

        private synchronized void end() {
            ended = true;
        }

        /** Goes away in the middle of things. */
        void disconnect() {
            HttpClientResponse current;
            synchronized (this) {
                current = response;
            }
            if (current != null) {
                current.request().reset();
            }
        }
    }

    /** Opens a stream behind a position, as a client that has come back. */
    Stream behind(URI uri, long position, String... headers) {
        return open(uri, position, position, headers);
    }

    /** Opens a stream of what is new. */
    Stream news(URI uri, long head) {
        return open(uri, head, null);
    }

    private Stream open(URI uri, long position, @Nullable Long lastEventId, String... headers) {
        Stream stream = new Stream(position);
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setAbsoluteURI(uri.toString())
                .putHeader("Accept", "text/event-stream");
        for (int i = 0; i < headers.length; i += 2) {
            options.putHeader(headers[i], headers[i + 1]);
        }
        if (lastEventId != null) {
            options.putHeader("Last-Event-ID", Long.toString(lastEventId));
        }
        http.request(options)
                .compose(request -> request.send())
                .onSuccess(response -> {
                    synchronized (stream) {
                        stream.status = response.statusCode();
                        stream.response = response;
                    }
                    RecordParser lines = RecordParser.newDelimited("\n", buffer -> stream.line(buffer.toString()));
                    response.handler(lines::handle);
                    response.endHandler(end -> stream.end());
                    response.exceptionHandler(e -> stream.end());
                })
                .onFailure(e -> stream.end());
        return stream;
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
