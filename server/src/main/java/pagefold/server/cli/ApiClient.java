package pagefold.server.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Speaks with one server; whatever goes wrong is a {@link CliFailure}. */
final class ApiClient implements AutoCloseable {
    /** Largest answer that is taken into memory, in bytes. */
    private static final int MAX_ANSWER_BYTES = 256 << 20;

    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofMinutes(10);
    private static final int GONE = 410;
    private static final int MAX_PORT = 65_535;

    private final URI server;
    private final @Nullable String token;
    private final Consumer<String> talk;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .build();

    /**
     * A client.
     *
     * @param token to show, or {@code null}
     * @param talk receives what the user should know besides the answer
     */
    ApiClient(URI server, @Nullable String token, Consumer<String> talk) {
        if (server.getPort() > MAX_PORT) {
            throw CliFailure.usage("expected a port up to " + MAX_PORT + " in --server, but it is " + server.getPort());
        }
        this.server = server;
        this.token = token;
        this.talk = talk;
    }

    /** An answer that is no problem. */
    record Answer(int status, Map<String, String> headers, byte[] body) {
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
        HttpResponse<InputStream> response =
                send(request(path, query).header("Accept", accept).GET().build());
        byte[] body = body(response);
        if (response.statusCode() < 300) {
            return new Answer(response.statusCode(), headers(response), body);
        }
        Problem problem = Problem.of(response.statusCode(), body);
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
        HttpResponse<InputStream> response = send(request(path, Map.of()).GET().build());
        byte[] body = body(response);
        if (response.statusCode() == 404) {
            return null;
        }
        if (response.statusCode() >= 300) {
            throw failure(Problem.of(response.statusCode(), body));
        }
        return new Answer(response.statusCode(), headers(response), body).json();
    }

    Answer post(String path, String contentType, byte[] body) {
        return post(path, contentType, body, Map.of());
    }

    /** The same with more headers. */
    Answer post(String path, String contentType, byte[] body, Map<String, String> headers) {
        HttpRequest.Builder request = request(path, Map.of()).header("Content-Type", contentType);
        headers.forEach(request::header);
        return change(request.POST(BodyPublishers.ofByteArray(body)).build());
    }

    /**
     * Sends lines of JSON and does not wait. A problem is an answer here, since it says how far the server has come.
     *
     * @return waits for the answer
     */
    Supplier<Answer> postLines(String path, byte[] lines) {
        HttpRequest request = request(path, Map.of())
                .header("Content-Type", "application/x-ndjson")
                .POST(BodyPublishers.ofByteArray(lines))
                .build();
        CompletableFuture<HttpResponse<InputStream>> sent = http.sendAsync(request, BodyHandlers.ofInputStream());
        return () -> {
            HttpResponse<InputStream> response = await(sent);
            return new Answer(response.statusCode(), headers(response), body(response));
        };
    }

    Answer delete(String path) {
        return change(request(path, Map.of()).DELETE().build());
    }

    private Answer change(HttpRequest request) {
        HttpResponse<InputStream> response = send(request);
        byte[] body = body(response);
        if (response.statusCode() >= 300) {
            throw failure(Problem.of(response.statusCode(), body));
        }
        return new Answer(response.statusCode(), headers(response), body);
    }

    static CliFailure failure(Problem problem) {
        int exitCode = problem.status() == 503 || problem.status() == 504 ? ExitCodes.UNREACHABLE : ExitCodes.REJECTED;
        return new CliFailure(exitCode, problem.line());
    }

    private static Map<String, String> headers(HttpResponse<?> response) {
        Map<String, String> headers = new LinkedHashMap<>();
        response.headers().map().forEach((name, values) -> headers.put(name, values.getFirst()));
        return headers;
    }

    private byte[] body(HttpResponse<InputStream> response) {
        try (InputStream in = response.body()) {
            byte[] body = in.readNBytes(MAX_ANSWER_BYTES + 1);
            if (body.length > MAX_ANSWER_BYTES) {
                throw new CliFailure(ExitCodes.REJECTED, "the answer has more than " + MAX_ANSWER_BYTES + " bytes");
            }
            return body;
        } catch (IOException e) {
            throw lost(e);
        }
    }

    private HttpRequest.Builder request(String path, Map<String, String> query) {
        StringBuilder text = new StringBuilder(server.toString());
        while (!text.isEmpty() && text.charAt(text.length() - 1) == '/') {
            text.setLength(text.length() - 1);
        }
        text.append(path);
        char separator = '?';
        for (Map.Entry<String, String> entry : query.entrySet()) {
            text.append(separator)
                    .append(entry.getKey())
                    .append('=')
                    .append(URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8));
            separator = '&';
        }
        try {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(URI.create(text.toString())).timeout(ANSWER);
            return token == null ? request : request.header("Authorization", "Bearer " + token);
        } catch (IllegalArgumentException e) {
            throw CliFailure.usage("expected --server http://HOST:PORT, but found " + server);
        }
    }

    /** Opens a stream of events behind a position; it must be closed. */
    InputStream stream(String path, String lastEventId) {
        HttpRequest.Builder request =
                request(path, Map.of()).header("Accept", "text/event-stream").header("Last-Event-ID", lastEventId);
        HttpResponse<InputStream> response = send(request.GET().build());
        if (response.statusCode() != 200) {
            throw failure(Problem.of(response.statusCode(), body(response)));
        }
        return response.body();
    }

    private HttpResponse<InputStream> send(HttpRequest request) {
        return await(http.sendAsync(request, BodyHandlers.ofInputStream()));
    }

    private HttpResponse<InputStream> await(CompletableFuture<HttpResponse<InputStream>> sent) {
        try {
            return sent.get();
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliFailure(ExitCodes.UNREACHABLE, "interrupted");
        }
    }

    private CliFailure failure(@Nullable Throwable cause) {
        return switch (cause) {
            case HttpConnectTimeoutException e -> nobody();
            case ConnectException e -> nobody();
            case HttpTimeoutException e ->
                new CliFailure(
                        ExitCodes.UNREACHABLE,
                        "no answer from " + server + " within " + ANSWER.toMinutes() + " minutes");
            case IOException e -> lost(e);
            case null, default -> throw new IllegalStateException("expected an answer, but: " + cause, cause);
        };
    }

    private CliFailure nobody() {
        return new CliFailure(
                ExitCodes.UNREACHABLE,
                "no server answers at " + server + "; start one with 'pagefold serve', or name another with --server");
    }

    private CliFailure lost(IOException e) {
        String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return new CliFailure(ExitCodes.UNREACHABLE, "the connection to " + server + " was lost: " + why);
    }

    @Override
    public void close() {
        http.close();
    }
}
