package pagefold.server.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Sends a request until it is known what becomes of it. Any thread, each of which waits.
 *
 * <p>Redirects are not followed: no Pagefold server sends one.
 */
public final class PatientClient implements AutoCloseable {
    /** Largest answer that is taken into memory, in bytes. */
    public static final int MAX_ANSWER_BYTES = 256 << 20;

    private static final long MAX_CONNECT_MILLIS = 5000;
    private static final String RETRY_AFTER = "Retry-After";

    private final HttpClient http;
    private final Settings settings;

    /**
     * How patient it is.
     *
     * @param token to show, or {@code null}
     * @param attemptMillis how long one server may take to answer before another one is asked
     * @param patienceMillis how long a request is repeated; 0 for never
     * @param talk told why there is a wait, once for each reason
     */
    public record Settings(@Nullable String token, long attemptMillis, long patienceMillis, Consumer<String> talk) {

        /** One that says nothing. */
        public Settings(@Nullable String token, long attemptMillis, long patienceMillis) {
            this(token, attemptMillis, patienceMillis, why -> {});
        }
    }

    /** A client. */
    public PatientClient(Settings settings) {
        this.settings = settings;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofMillis(Math.min(MAX_CONNECT_MILLIS, settings.attemptMillis)))
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    /**
     * What is asked.
     *
     * @param path with the query
     * @param body {@code null} for none; JSON unless the headers name another {@code Content-Type}
     * @param isRepeatable whether to be done twice is as if it were done once, and so it may be sent again when nobody
     *     knows whether it was done
     */
    public record Request(
            String method, String path, Map<String, String> headers, byte @Nullable [] body, boolean isRepeatable) {

        /** One that is repeatable when it is a read, or has an {@code Idempotency-Key}. */
        public Request(String method, String path, Map<String, String> headers, byte @Nullable [] body) {
            this(method, path, headers, body, method.equals("GET") || headers.containsKey("Idempotency-Key"));
        }

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
     * @param isUnsure whether one of those may have been done all the same
     */
    public record Answer(
            URI server, int status, Map<String, String> headers, byte[] body, int attempts, boolean isUnsure) {

        /** The position of the answer's state; -1 when it says none. */
        public long position() {
            String tag = headers.getOrDefault("etag", "");
            return tag.matches("\"[0-9]{1,18}\"") ? Long.parseLong(tag.substring(1, tag.length() - 1)) : -1;
        }

        /** The same with another status, and another body. */
        public Answer with(int newStatus, byte[] newBody, Map<String, String> moreHeaders) {
            Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            all.putAll(headers);
            all.putAll(moreHeaders);
            return new Answer(server, newStatus, all, newBody, attempts, isUnsure);
        }
    }

    /** Nobody has said what became of a request while there was patience. */
    public static final class GaveUp extends IOException {
        private static final long serialVersionUID = 1;

        private final URI server;
        private final int attempts;
        private final boolean isUnsure;
        private final transient @Nullable Answer last;

        private GaveUp(String message, Failed failed, int attempts, boolean isUnsure) {
            super(message, failed.getCause());
            this.server = failed.server;
            this.attempts = attempts;
            this.isUnsure = isUnsure;
            this.last = failed.answer;
        }

        /** The server that was asked last. */
        public URI server() {
            return server;
        }

        /** How often it was sent. */
        public int attempts() {
            return attempts;
        }

        /** Whether it may have been done all the same. */
        public boolean isUnsure() {
            return isUnsure;
        }

        /** What that server has answered, or {@code null}; then the cause says why it has not. */
        public @Nullable Answer last() {
            return last;
        }
    }

    /** One attempt that came to nothing. */
    private static final class Failed extends Exception {
        private static final long serialVersionUID = 1;

        final URI server;
        final transient @Nullable Answer answer;
        final boolean isUnsure;

        Failed(URI server, IOException cause) {
            super(sentence(cause), cause);
            this.server = server;
            this.answer = null;
            // No connection, no request.
            this.isUnsure = !isUnconnected(cause);
        }

        Failed(Answer answer) {
            super("status " + answer.status);
            this.server = answer.server;
            this.answer = answer;
            // With any other one, a node or the log was lost while it was under way.
            this.isUnsure = answer.status != 429 && !answer.headers.containsKey("Pagefold-Moved");
        }

        private static boolean isUnconnected(IOException cause) {
            return cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException;
        }

        private static String sentence(IOException cause) {
            if (isUnconnected(cause)) {
                return "nobody answers there";
            }
            return cause.getMessage() == null ? "the connection was lost" : cause.getMessage();
        }

        Optional<String> retryAfter() {
            return answer == null ? Optional.empty() : Optional.ofNullable(answer.headers.get(RETRY_AFTER));
        }
    }

    private interface Attempt<T> {
        T at(URI server, Retries retries, boolean isUnsure) throws Failed, LimitedBody.TooLarge, InterruptedException;
    }

    /**
     * Sends a request, which is repeated as long as that can do no harm.
     *
     * @throws GaveUp when patience ends before there is an answer that lasts
     */
    public Answer send(Route route, Request request) throws GaveUp {
        return send(route, request, UnaryOperator.identity());
    }

    /**
     * The same.
     *
     * @param seen what an answer is taken for; it decides whether the request is repeated
     */
    public Answer send(Route route, Request request, UnaryOperator<Answer> seen) throws GaveUp {
        return repeat(route, request, (server, retries, isUnsure) -> {
            HttpResponse<byte[]> response = exchange(server, request, LimitedBody.of(MAX_ANSWER_BYTES));
            Answer answer = seen.apply(answer(server, response, response.body(), retries, isUnsure));
            if (Retries.isPassing(answer.status, Optional.ofNullable(answer.headers.get(RETRY_AFTER)))) {
                throw new Failed(answer);
            }
            return answer;
        });
    }

    /**
     * Asks for an answer without an end, which is given as soon as it begins; the body must be closed.
     *
     * @throws GaveUp as the others
     */
    public HttpResponse<InputStream> open(Route route, Request request) throws GaveUp {
        return repeat(route, request, (server, retries, isUnsure) -> {
            HttpResponse<InputStream> response = exchange(server, request, BodyHandlers.ofInputStream());
            if (!Retries.isPassing(response.statusCode(), response.headers().firstValue(RETRY_AFTER))) {
                return response;
            }
            try (InputStream body = response.body()) {
                throw new Failed(answer(server, response, body.readNBytes(1 << 16), retries, isUnsure));
            } catch (IOException e) {
                throw new Failed(server, e);
            }
        });
    }

    private <T> T repeat(Route route, Request request, Attempt<T> attempt) throws GaveUp {
        Retries retries = new Retries(settings.patienceMillis, route.size());
        Set<String> said = new HashSet<>();
        boolean isUnsure = false;
        while (true) {
            URI server = route.server();
            try {
                return attempt.at(server, retries, isUnsure);
            } catch (Failed e) {
                isUnsure |= e.isUnsure;
                route.leave(server);
                OptionalLong pause = retries.pause(e.retryAfter());
                if (pause.isEmpty() || isUnsure && !request.isRepeatable) {
                    throw gaveUp(request, e, retries.attempts(), isUnsure);
                }
                if (said.add(server + " " + e.getMessage())) {
                    settings.talk.accept("no answer that lasts from " + server + " (" + e.getMessage()
                            + "); trying again for up to " + settings.patienceMillis / 1000.0 + " s");
                }
                try {
                    Thread.sleep(pause.getAsLong());
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    throw gaveUp(request, e, retries.attempts(), isUnsure);
                }
            } catch (LimitedBody.TooLarge e) {
                throw gaveUp(request, new Failed(server, e), retries.attempts() + 1, true);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw gaveUp(
                        request, new Failed(server, new IOException("interrupted", e)), retries.attempts() + 1, true);
            }
        }
    }

    private static GaveUp gaveUp(Request request, Failed failed, int attempts, boolean isUnsure) {
        return new GaveUp(
                "no answer that lasts to " + request.method + " " + request.path + " after " + attempts
                        + " attempts, the last at " + failed.server + ": " + failed.getMessage(),
                failed,
                attempts,
                isUnsure);
    }

    /** One attempt, which ends in time even when the body of the answer does not. */
    private <T> HttpResponse<T> exchange(URI server, Request request, BodyHandler<T> body)
            throws Failed, LimitedBody.TooLarge, InterruptedException {
        CompletableFuture<HttpResponse<T>> sent = http.sendAsync(built(server, request), body);
        try {
            return sent.get(settings.attemptMillis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new Failed(server, new HttpTimeoutException("no answer within " + settings.attemptMillis + " ms"));
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case LimitedBody.TooLarge large -> throw large;
                case IOException lost -> throw new Failed(server, lost);
                case null, default -> throw new IllegalStateException("expected an answer, but: " + e.getCause(), e);
            }
        } finally {
            sent.cancel(true);
        }
    }

    private HttpRequest built(URI server, Request request) {
        String base = server.toString().replaceFirst("/+$", "");
        HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create(base + request.path))
                .method(
                        request.method,
                        request.body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(request.body));
        if (request.body != null && !request.headers.containsKey("Content-Type")) {
            builder.header("Content-Type", "application/json");
        }
        if (settings.token != null) {
            builder.header("Authorization", "Bearer " + settings.token);
        }
        request.headers.forEach(builder::header);
        return builder.build();
    }

    private static Answer answer(URI server, HttpResponse<?> response, byte[] body, Retries retries, boolean isUnsure) {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        response.headers().map().forEach((name, values) -> headers.put(name, values.getFirst()));
        return new Answer(server, response.statusCode(), headers, body, retries.attempts(), isUnsure);
    }

    @Override
    public void close() {
        http.shutdownNow();
        http.close();
    }
}
