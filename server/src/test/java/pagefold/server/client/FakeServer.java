package pagefold.server.client;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A server that answers as it is told, request by request; the last answer is for all that follow. */
public final class FakeServer implements AutoCloseable {
    private final HttpServer http;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Seen> seen = new CopyOnWriteArrayList<>();
    private final List<Reply> replies;

    /** What was asked. */
    public record Seen(String method, String path, String key, String body) {}

    /** Answers one request. */
    public interface Reply {
        /** Answers it. */
        void to(HttpExchange exchange) throws IOException;
    }

    /** A server with its answers. */
    public FakeServer(Reply... replies) throws IOException {
        this.replies = List.of(replies);
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.setExecutor(threads);
        http.createContext("/", this::handle);
        http.start();
    }

    /** An answer. */
    public static Reply answer(int status, String body, String... headers) {
        return exchange -> {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().add(headers[i], headers[i + 1]);
            }
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        };
    }

    /** A problem, which is over in a time when one is given. */
    public static Reply problem(int status, String code, String... retryAfter) {
        String body = "{\"type\":\"urn:pagefold:problem:" + code + "\",\"title\":\"" + code + "\",\"status\":" + status
                + ",\"detail\":\"No.\"}";
        return retryAfter.length == 0 ? answer(status, body) : answer(status, body, "Retry-After", retryAfter[0]);
    }

    /** The connection breaks before there is an answer. */
    public static Reply broken() {
        return exchange -> {
            throw new IOException("broken");
        };
    }

    private void handle(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        Reply reply;
        synchronized (seen) {
            reply = replies.get(Math.min(seen.size(), replies.size() - 1));
            seen.add(new Seen(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().toString(),
                    String.valueOf(exchange.getRequestHeaders().getFirst("Idempotency-Key")),
                    body));
        }
        try (exchange) {
            reply.to(exchange);
        }
    }

    /** Where it answers. */
    public URI uri() {
        return URI.create("http://127.0.0.1:" + http.getAddress().getPort());
    }

    /** What was asked so far. */
    public List<Seen> seen() {
        return List.copyOf(seen);
    }

    @Override
    public void close() {
        http.stop(0);
        threads.close();
    }
}
