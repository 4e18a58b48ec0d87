package pagefold.server.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import pagefold.server.client.PatientClient;
import pagefold.server.client.PatientClient.GaveUp;
import pagefold.server.client.PatientClient.Request;
import pagefold.server.client.Route;

/**
 * Speaks with one of several servers, and patiently; whatever goes wrong is a {@link CliFailure}.
 *
 * <p>What changes something carries an {@code Idempotency-Key} where the server knows keys (commands, swaps), so that it
 * happens once however often it is sent. A simulation is made once because there is one of its name, and removed once
 * because then it is gone. A plugin is added to, and retired from, the first server alone, and only sent again when it
 * was surely not done.
 */
final class ApiClient implements AutoCloseable {
    private static final Duration ANSWER = Duration.ofMinutes(10);
    private static final int GONE = 410;
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;
    private static final int MAX_PORT = 65_535;
    private static final String KEY = "Idempotency-Key";

    private final PatientClient client;
    private final Route route;
    private final Route first;
    private final Consumer<String> talk;
    private final @Nullable String givenKey;
    private final String keys;
    private int keysMade;

    /**
     * How a client behaves.
     *
     * @param servers that have the same simulations, at least one
     * @param token to show, or {@code null}
     * @param retryFor how long a request is repeated; zero for never
     * @param key of the first request that changes something, or {@code null} for one that nobody else has
     */
    record Settings(
            List<URI> servers,
            @Nullable String token,
            Duration retryFor,
            @Nullable String key) {}

    /**
     * A client.
     *
     * @param talk receives what the user should know besides the answer
     */
    ApiClient(Settings settings, Consumer<String> talk) {
        settings.servers.forEach(ApiClient::check);
        this.route = new Route(settings.servers, 0);
        this.first = new Route(settings.servers.subList(0, 1), 0);
        this.talk = talk;
        this.givenKey = settings.key;
        this.keys = "cli-" + UUID.randomUUID();
        this.client = new PatientClient(
                new PatientClient.Settings(settings.token, ANSWER.toMillis(), settings.retryFor.toMillis(), talk));
    }

    private static void check(URI server) {
        if (server.getPort() > MAX_PORT) {
            throw CliFailure.usage("expected a port up to " + MAX_PORT + " in --server, but it is " + server.getPort());
        }
        String scheme = String.valueOf(server.getScheme());
        if (server.getHost() == null || !scheme.equals("http") && !scheme.equals("https")) {
            throw CliFailure.usage("expected --server http://HOST:PORT, but found " + server);
        }
    }

    /** An answer that is no problem. */
    record Answer(int status, Map<String, String> headers, byte[] body) {
        private static Answer of(PatientClient.Answer answer) {
            return new Answer(answer.status(), answer.headers(), answer.body());
        }

        JsonTree json() {
            try {
                return JsonTree.parse(body);
            } catch (IOException e) {
                throw new CliFailure(ExitCodes.UNREACHABLE, "the server's answer is no JSON: is it a Pagefold server?");
            }
        }
    }

    /**
     * Reads.
     *
     * <p>What is asked of a destroyed space is asked once more at the last position at which it was there, unless the
     * query names a position itself.
     */
    Answer get(String path, Map<String, String> query) {
        return get(path, query, "*/*");
    }

    /** The same, asking for a media type. */
    Answer get(String path, Map<String, String> query, String accept) {
        PatientClient.Answer answer =
                send(route, new Request("GET", path + text(query), Map.of("Accept", accept), null));
        if (answer.status() < 300) {
            return Answer.of(answer);
        }
        Problem problem = Problem.of(answer.status(), answer.body());
        String last = problem.fields().get("lastPosition").text();
        if (problem.status() != GONE || last.isEmpty() || query.containsKey("at")) {
            throw failure(problem);
        }
        talk.accept("the space was destroyed at position "
                + problem.fields().get("destroyedAt").text() + "; showing position " + last + " (--at " + last + ")");
        Map<String, String> earlier = new LinkedHashMap<>(query);
        earlier.put("at", last);
        return get(path, earlier, accept);
    }

    /** What is at a path, or {@code null}. */
    @Nullable
    JsonTree find(String path) {
        PatientClient.Answer answer = send(route, Request.get(path));
        return answer.status() == NOT_FOUND ? null : done(answer).json();
    }

    /** Sends a change of a simulation, which happens once. */
    Answer post(String path, String contentType, byte[] body) {
        return done(send(route, new Request("POST", path, Map.of("Content-Type", contentType, KEY, nextKey()), body)));
    }

    /** Asks something that takes a body; nothing is changed. */
    Answer ask(String path, byte[] json) {
        return done(send(route, new Request("POST", path, Map.of(), json, true)));
    }

    /** Sends a change of the first server itself. */
    Answer postToFirst(String path, String contentType, byte[] body, Map<String, String> headers) {
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.put("Content-Type", contentType);
        return done(send(first, new Request("POST", path, all, body, false)));
    }

    /** Removes something of the first server itself. */
    Answer deleteAtFirst(String path) {
        return done(send(first, new Request("DELETE", path, Map.of(), null, false)));
    }

    /**
     * Makes a simulation. When an attempt may have made it and it is there then, as it was wanted and with nothing more
     * in it, it is taken for that.
     *
     * @param wanted the body: an object of strings
     */
    Answer create(String name, byte[] wanted) {
        PatientClient.Answer answer = send(route, new Request("POST", ClientVerb.SIMULATIONS, Map.of(), wanted, true));
        if (answer.status() == CONFLICT && answer.isUnsure()) {
            PatientClient.Answer found = send(route, Request.get(ClientVerb.simulationPath(name)));
            if (found.status() == 200 && isNewAs(wanted, Answer.of(found).json())) {
                return Answer.of(found);
            }
        }
        return done(answer);
    }

    private static boolean isNewAs(byte[] wanted, JsonTree found) {
        try {
            JsonTree fields = JsonTree.parse(wanted);
            return found.get("position").number() == 1
                    && fields.names().stream()
                            .allMatch(field -> found.get(field)
                                    .text()
                                    .equals(fields.get(field).text()));
        } catch (IOException e) {
            throw new IllegalArgumentException("expected JSON to send, but: " + e.getMessage(), e);
        }
    }

    /** Removes a simulation; when an attempt may have removed it and it is not there then, it has. */
    void remove(String name) {
        PatientClient.Answer answer =
                send(route, new Request("DELETE", ClientVerb.simulationPath(name), Map.of(), null, true));
        if (answer.status() != NOT_FOUND || !answer.isUnsure()) {
            var unused = done(answer);
        }
    }

    /**
     * Sends lines of JSON and does not wait. A problem is an answer here, since it says how far the server has come.
     *
     * @return waits for the answer
     */
    Supplier<Answer> postLines(String path, byte[] lines) {
        Request request =
                new Request("POST", path, Map.of("Content-Type", "application/x-ndjson", KEY, nextKey()), lines);
        CompletableFuture<Answer> sent = CompletableFuture.supplyAsync(
                () -> Answer.of(send(route, request, ApiClient::lastLineFirst)), Thread::startVirtualThread);
        return () -> {
            try {
                return sent.join();
            } catch (CompletionException e) {
                if (e.getCause() instanceof CliFailure failure) {
                    throw failure;
                }
                throw e;
            }
        };
    }

    /** Lines that end with a problem are that problem, which came too late for the head of the answer. */
    private static PatientClient.Answer lastLineFirst(PatientClient.Answer answer) {
        String text = new String(answer.body(), StandardCharsets.UTF_8).strip();
        byte[] last = text.substring(text.lastIndexOf('\n') + 1).getBytes(StandardCharsets.UTF_8);
        try {
            JsonTree line = answer.status() < 300 ? JsonTree.parse(last) : JsonTree.missing();
            if (line.get("title").isMissing()) {
                return answer;
            }
            String seconds = line.get("retryAfter").text();
            return answer.with(
                    (int) line.get("status").number(),
                    last,
                    seconds.isEmpty() ? Map.of() : Map.of("Retry-After", seconds));
        } catch (IOException e) {
            return answer;
        }
    }

    /** Opens a stream of events behind a position; it must be closed. */
    InputStream stream(String path, String lastEventId) {
        Request request =
                new Request("GET", path, Map.of("Accept", "text/event-stream", "Last-Event-ID", lastEventId), null);
        try {
            HttpResponse<InputStream> response = client.open(route, request);
            if (response.statusCode() == 200) {
                return response.body();
            }
            try (InputStream body = response.body()) {
                throw failure(Problem.of(response.statusCode(), body.readNBytes(1 << 16)));
            }
        } catch (GaveUp e) {
            throw failure(request, e);
        } catch (IOException e) {
            throw new CliFailure(ExitCodes.UNREACHABLE, "the connection was lost: " + e.getMessage());
        }
    }

    /** The one that was given for the first change, and ones that follow from it for the others. */
    private synchronized String nextKey() {
        keysMade++;
        if (givenKey == null) {
            return keys + "-" + keysMade;
        }
        return keysMade == 1 ? givenKey : givenKey + "-" + keysMade;
    }

    private static Answer done(PatientClient.Answer answer) {
        if (answer.status() >= 300) {
            throw failure(Problem.of(answer.status(), answer.body()));
        }
        return Answer.of(answer);
    }

    static CliFailure failure(Problem problem) {
        int exitCode = problem.status() == 503 || problem.status() == 504 ? ExitCodes.UNREACHABLE : ExitCodes.REJECTED;
        return new CliFailure(exitCode, problem.line());
    }

    private static String text(Map<String, String> query) {
        StringBuilder text = new StringBuilder();
        query.forEach((name, value) -> text.append(text.isEmpty() ? '?' : '&')
                .append(name)
                .append('=')
                .append(URLEncoder.encode(value, StandardCharsets.UTF_8)));
        return text.toString();
    }

    private PatientClient.Answer send(Route by, Request request) {
        return send(by, request, UnaryOperator.identity());
    }

    private PatientClient.Answer send(Route by, Request request, UnaryOperator<PatientClient.Answer> seen) {
        try {
            return client.send(by, request, seen);
        } catch (GaveUp e) {
            throw failure(request, e);
        }
    }

    private static CliFailure failure(Request request, GaveUp e) {
        StringBuilder line = new StringBuilder(why(e));
        if (e.attempts() > 1) {
            line.append("; given up after ").append(e.attempts()).append(" attempts");
        }
        if (e.isUnsure() && !request.method().equals("GET")) {
            line.append("; whether it was done is not known");
            String key = request.headers().get(KEY);
            if (key != null) {
                line.append(" (--idempotency-key ").append(key).append(" sends it again without harm)");
            }
        }
        return new CliFailure(ExitCodes.UNREACHABLE, line.toString());
    }

    private static String why(GaveUp e) {
        PatientClient.Answer last = e.last();
        if (last != null) {
            return Problem.of(last.status(), last.body()).line();
        }
        return switch (e.getCause()) {
            case ConnectException refused -> nobody(e.server());
            case HttpConnectTimeoutException late -> nobody(e.server());
            case null -> "no answer from " + e.server();
            default -> "no answer from " + e.server() + ": " + reason(e.getCause());
        };
    }

    private static String reason(Throwable cause) {
        return cause.getMessage() == null ? "the connection was lost" : cause.getMessage();
    }

    private static String nobody(URI server) {
        return "no server answers at " + server + "; start one with 'pagefold serve', or name another with --server";
    }

    @Override
    public void close() {
        client.close();
    }
}
