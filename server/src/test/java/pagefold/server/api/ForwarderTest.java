package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import pagefold.server.cluster.Alone;
import pagefold.server.cluster.Cluster;
import pagefold.server.cluster.Node;

/** What becomes of a request that another node has when that one is not seen any more. */
class ForwarderTest {
    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = HttpClient.newHttpClient();
    private final BlockingQueue<HttpServerResponse> asked = new LinkedBlockingQueue<>();

    private volatile List<Node> nodes = List.of();
    private volatile Runnable changed = () -> {};
    private Node other;
    private HttpServer server;

    @BeforeEach
    void start() throws Exception {
        HttpServer target = vertx.createHttpServer()
                .requestHandler(request -> asked.add(request.response()))
                .listen(0, "127.0.0.1")
                .await(10, TimeUnit.SECONDS);
        Alone alone = new Alone(vertx, "1", Clock.systemUTC());
        Node local = alone.local();
        other = new Node(
                "other",
                "other",
                URI.create("http://127.0.0.1:" + target.actualPort()),
                "1",
                local.since(),
                true,
                "",
                "key");
        nodes = List.of(local, other);
        Forwarder forwarder = new Forwarder(clusterOf(alone), null);
        Router router = Router.router(vertx);
        router.route().handler(routing -> forwarder.handle(routing, "s", here -> here.end("here")));
        server = vertx.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .await(10, TimeUnit.SECONDS);
    }

    @AfterEach
    void stop() throws Exception {
        vertx.close().await(10, TimeUnit.SECONDS);
        client.close();
    }

    /** The other node is to have all simulations, whether it is seen or not. */
    private Cluster clusterOf(Alone alone) {
        return (Cluster) Proxy.newProxyInstance(
                Cluster.class.getClassLoader(),
                new Class<?>[] {Cluster.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "isClustered" -> true;
                    case "nodes" -> nodes;
                    case "preferred" -> other;
                    case "onChange" -> {
                        changed = (Runnable) arguments[0];
                        yield null;
                    }
                    default -> method.invoke(alone, arguments);
                });
    }

    private void seen(List<Node> now) {
        nodes = now;
        changed.run();
    }

    private CompletableFuture<HttpResponse<String>> post() {
        return client.sendAsync(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.actualPort() + "/"))
                        .POST(BodyPublishers.ofString("{}"))
                        .build(),
                BodyHandlers.ofString());
    }

    private HttpServerResponse take() throws InterruptedException {
        HttpServerResponse response = asked.poll(10, TimeUnit.SECONDS);
        assertThat(response).isNotNull();
        return response;
    }

    @Test
    void a_node_that_is_not_seen_for_a_moment_is_still_waited_for() throws Exception {
        List<Node> all = nodes;
        CompletableFuture<HttpResponse<String>> answer = post();
        HttpServerResponse response = take();

        seen(List.of(all.getFirst()));
        seen(all);
        await().during(Duration.ofMillis(2 * Forwarder.MISSED_MILLIS)).until(() -> !answer.isDone());
        response.end("there");

        assertThat(answer.get(10, TimeUnit.SECONDS).body()).isEqualTo("there");
    }

    @Test
    void a_node_that_stays_away_is_not_waited_for() throws Exception {
        CompletableFuture<HttpResponse<String>> answer = post();
        HttpServerResponse response = take();

        seen(List.of(nodes.getFirst()));

        HttpResponse<String> lost = answer.get(10, TimeUnit.SECONDS);
        assertThat(lost.statusCode()).isEqualTo(503);
        assertThat(lost.body()).contains("node-lost");
        await().atMost(Duration.ofSeconds(10)).until(response::closed);
    }
}
