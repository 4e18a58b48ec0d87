package pagefold.server.client;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Sends a request until it is known what becomes of it. Any thread, each of which waits. */
public final class PatientClient implements AutoCloseable {
    private final HttpClient http;
    private final Settings settings;

    /**
     * How patient it is.
     *
     * @param token to show, or {@code null}
     * @param attemptMillis how long one server may take to answer before another one is asked
     * @param patienceMillis how long a request is repeated
     */
    public record Settings(@Nullable String token, long attemptMillis, long patienceMillis) {}

    /** A client. */
    public PatientClient(Settings settings) {
        this.settings = settings;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofMillis(settings.attemptMillis))
                .build();
    }

    /**
     * What is asked.
     *
     * @param path with the query
     * @param body JSON, or {@code null} for none
     */
    public record Request(String method, String path, Map<String, String> headers, byte @Nullable [] body) {

        /** A read. */
        public static Request get(String path) {
            return new Request("GET", path, Map.of(), null);
        }
    }

    /**
     * What was answered.
     *
     * @param server that has answered
     * @param attempts how often it had been sent before, in vain
     */
    public record Answer(URI server, int status, Map<String, String> headers, byte[] body, int attempts) {

        /** The position of the answer's state; -1 when it says none. */
        public long position() {
            String tag = headers.getOrDefault("etag", "");
            return tag.matches("\"[0-9]{1,18}\"") ? Long.parseLong(tag.substring(1, tag.length() - 1)) : -1;
        }
    }

    /** Nobody has said what became of a request while there was patience. */
    public static final class GaveUp extends IOException {
        private static final long serialVersionUID = 1;

        GaveUp(String message) {
            super(message);
        }
    }

    /**
     * Sends a request, which may be repeated.
     *
     * @throws GaveUp when patience ends before there is an answer that lasts
     */
    public Answer send(Route route, Request request) throws GaveUp {
        Retries retries = new Retries(settings.patienceMillis, route.size());
        try {
            while (true) {
                URI server = route.server();
                Optional<String> retryAfter = Optional.empty();
                String why;
                try {
                    HttpResponse<byte[]> response = http.send(built(server, request), BodyHandlers.ofByteArray());
                    retryAfter = response.headers().firstValue("Retry-After");
                    if (!Retries.isPassing(response.statusCode(), retryAfter)) {
                        return answer(server, response, retries.attempts());
                    }
                    why = "status " + response.statusCode();
                } catch (IOException e) {
                    why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
                }
                route.leave(server);
                if (!retries.again(retryAfter)) {
                    throw new GaveUp("no answer that lasts to " + request.method + " " + request.path + " after "
                            + retries.attempts() + " attempts, the last at " + server + ": " + why);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GaveUp("interrupted");
        }
    }

    private HttpRequest built(URI server, Request request) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(server.resolve(request.path))
                .timeout(Duration.ofMillis(settings.attemptMillis))
                .method(
                        request.method,
                        request.body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(request.body));
        if (request.body != null) {
            builder.header("Content-Type", "application/json");
        }
        if (settings.token != null) {
            builder.header("Authorization", "Bearer " + settings.token);
        }
        request.headers.forEach(builder::header);
        return builder.build();
    }

    private static Answer answer(URI server, HttpResponse<byte[]> response, int attempts) {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        response.headers().map().forEach((name, values) -> headers.put(name, values.getFirst()));
        return new Answer(server, response.statusCode(), headers, response.body(), attempts);
    }

    @Override
    public void close() {
        http.close();
    }
}
