package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.cluster.ClusterOptions;
import pagefold.server.log.LogLocation;
import pagefold.server.log.PostgresServer;

/** A node that joins without a plugin that simulations need. */
class LackingPluginTest {
    private static final int SIMULATIONS = 12;

    @TempDir
    private Path directory;

    @Test
    void a_node_without_a_plugin_of_the_others_has_no_simulations_until_it_has_the_plugin() throws Exception {
        LogLocation.Login database = PostgresServer.shared().newDatabase();
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        byte[] jar = TestServer.flatJar("1.0");
        try (TestServer a = node("a", port, database)) {
            assertThat(a.send("POST", "/v1/plugins", BodyPublishers.ofByteArray(jar), "Content-Type", Plugins.JAR)
                            .status())
                    .isEqualTo(201);
            for (int i = 0; i < SIMULATIONS; i++) {
                a.create("s" + i, "flat", "wide");
            }
            try (TestServer b = node("b", port, database)) {
                awaitReady(a, List.of(true, false));
                List<TestServer.Reply> before = commandsTo(b);
                TestServer.Reply notReady = b.get("/health/ready");

                b.send("POST", "/v1/plugins", BodyPublishers.ofByteArray(jar), "Content-Type", Plugins.JAR);
                awaitReady(a, List.of(true, true));
                List<TestServer.Reply> after = commandsTo(a);

                assertThat(before)
                        .allSatisfy(reply ->
                                assertThat(reply.status()).as(reply.text()).isEqualTo(201))
                        .allMatch(reply -> reply.header(Forwarder.NODE).equals("a"));
                assertThat(notReady.status()).isEqualTo(503);
                assertThat(after)
                        .allSatisfy(reply ->
                                assertThat(reply.status()).as(reply.text()).isEqualTo(201))
                        .anyMatch(reply -> reply.header(Forwarder.NODE).equals("b"));
                assertThat(b.get("/health/ready").status()).isEqualTo(200);
            }
        }
    }

    private static List<TestServer.Reply> commandsTo(TestServer node) throws IOException {
        List<TestServer.Reply> replies = new ArrayList<>();
        for (int i = 0; i < SIMULATIONS; i++) {
            replies.add(node.command("s" + i, TestServer.remark("x")));
        }
        return replies;
    }

    /** Waits until a node knows of as many, which are ready or not, by their names. */
    private static void awaitReady(TestServer asked, List<Boolean> expected) {
        await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
            List<Boolean> ready = new ArrayList<>();
            asked.get("/v1/cluster?limit=0")
                    .json()
                    .path("nodes")
                    .forEach(node -> ready.add(node.path("ready").asBoolean()));
            assertThat(ready).isEqualTo(expected);
        });
    }

    private TestServer node(String name, int port, LogLocation.Login database) throws IOException {
        return TestServer.start(
                new LogLocation(directory.resolve(name), database),
                new ClusterOptions("lacking-" + port, name, ClusterOptions.DEFAULT_HOST, port, List.of(), null));
    }
}
