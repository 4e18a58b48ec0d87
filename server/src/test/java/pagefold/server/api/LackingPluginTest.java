package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that joins without a plugin that simulations need. */
class LackingPluginTest {
    private static final int SIMULATIONS = 12;

    @TempDir
    private Path directory;

    @Test
    void a_node_without_a_plugin_of_the_others_has_no_simulations_until_it_has_the_plugin() throws Exception {
        byte[] jar = TestServer.flatJar("1.0");
        try (ClusterNodes nodes = new ClusterNodes(directory)) {
            TestServer a = nodes.start("a");
            assertThat(a.send("POST", "/v1/plugins", BodyPublishers.ofByteArray(jar), "Content-Type", Plugins.JAR)
                            .status())
                    .isEqualTo(201);
            for (int i = 0; i < SIMULATIONS; i++) {
                a.create("s" + i, "flat", "wide");
            }
            TestServer b = nodes.start("b");
            awaitReady(a, List.of(true, false));
            List<TestServer.Reply> before = commandsTo(b);
            TestServer.Reply notReady = b.get("/health/ready");

            b.send("POST", "/v1/plugins", BodyPublishers.ofByteArray(jar), "Content-Type", Plugins.JAR);
            awaitReady(a, List.of(true, true));
            List<TestServer.Reply> after = commandsTo(a);

            assertThat(before)
                    .allSatisfy(
                            reply -> assertThat(reply.status()).as(reply.text()).isEqualTo(201))
                    .allMatch(reply -> reply.header(Forwarder.NODE).equals("a"));
            assertThat(notReady.status()).isEqualTo(503);
            assertThat(after)
                    .allSatisfy(
                            reply -> assertThat(reply.status()).as(reply.text()).isEqualTo(201))
                    .anyMatch(reply -> reply.header(Forwarder.NODE).equals("b"));
            assertThat(b.get("/health/ready").status()).isEqualTo(200);
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
}
