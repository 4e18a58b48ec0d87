package pagefold.server.cli;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import pagefold.server.client.FakeServer;

/**
 * Stands before a real server and loses answers: each change is done, and the connection breaks before anybody hears of
 * it, the first time that it is sent. Reads go through.
 */
final class CutConnections implements AutoCloseable {
    private final URI server;
    private final HttpClient http = HttpClient.newHttpClient();
    private final AtomicInteger changes = new AtomicInteger();
    private final FakeServer front;

    CutConnections(URI server) throws IOException {
        this.server = server;
        this.front = new FakeServer(this::pass);
    }

    private void pass(HttpExchange exchange) throws IOException {
        FakeServer.Seen asked = front.seen().getLast();
        HttpRequest.Builder request = HttpRequest.newBuilder(server.resolve(asked.path()))
                .method(asked.method(), BodyPublishers.ofString(asked.body()));
        for (String name : List.of("Content-Type", "Accept", "Idempotency-Key")) {
            String value = exchange.getRequestHeaders().getFirst(name);
            if (value != null) {
                request.header(name, value);
            }
        }
        HttpResponse<String> response;
        try {
            response = http.send(request.build(), BodyHandlers.ofString());
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        if (!asked.method().equals("GET") && changes.incrementAndGet() % 2 == 1) {
            throw new IOException("cut");
        }
        FakeServer.answer(
                        response.statusCode(),
                        response.body(),
                        "ETag",
                        response.headers().firstValue("ETag").orElse(""))
                .to(exchange);
    }

    String uri() {
        return front.uri().toString();
    }

    /** What was asked so far. */
    List<FakeServer.Seen> seen() {
        return front.seen();
    }

    @Override
    public void close() {
        front.close();
        http.close();
    }
}
