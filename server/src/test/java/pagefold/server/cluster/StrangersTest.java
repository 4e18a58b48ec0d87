package pagefold.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import pagefold.server.local.FreePort;

/** Members of a cluster of the same name that are none of its nodes: they have another log, or another version. */
class StrangersTest {
    private static final String OTHER = "other";

    private ClusterOptions options;
    private HazelcastInstance other;

    @BeforeEach
    void start() throws IOException {
        int port = FreePort.find();
        options = new ClusterOptions("strangers-" + port, "mine", ClusterOptions.DEFAULT_HOST, port, List.of(), null);
        other = Hazelcast.newHazelcastInstance(HazelcastSettings.config(options, OTHER));
    }

    @AfterEach
    void stop() {
        other.shutdown();
    }

    private void otherIs(String version, String log) {
        Node node = new Node(OTHER, OTHER, URI.create("http://127.0.0.1:1"), version, Instant.EPOCH, true, log, "key");
        other.<String, String>getMap(HazelcastSettings.NODES).set(OTHER, node.toJson());
    }

    @Test
    void a_node_does_not_join_those_that_have_another_log_or_version() {
        otherIs("1.0", "log-1");

        assertThatThrownBy(() -> Joining.join(options, new VertxOptions(), "1.0", "log-2"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot join the cluster " + options.name())
                .hasMessageContaining("has another log");
        assertThatThrownBy(() -> Joining.join(options, new VertxOptions(), "2.0", "log-1"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is of version 1.0, and this one of 2.0");
        await().atMost(Duration.ofMinutes(1))
                .untilAsserted(() -> assertThat(other.getCluster().getMembers())
                        .as("who was refused is gone")
                        .hasSize(1));
    }

    @Test
    void a_member_that_turns_out_to_have_another_log_is_given_nothing() throws Exception {
        otherIs("1.0", "log-1");
        ClusterNode node = Joining.join(options, new VertxOptions(), "1.0", "log-1");
        try {
            assertThat(node.nodes()).extracting(Node::name).containsExactly(OTHER);

            otherIs("1.0", "log-2");

            await().atMost(Duration.ofMinutes(1))
                    .untilAsserted(() -> assertThat(node.nodes()).isEmpty());
            assertThat(IntStream.range(0, 100).mapToObj(i -> node.preferred("s" + i)))
                    .allMatch(preferred -> preferred.equals(node.local()));
        } finally {
            node.vertx().close().toCompletionStage().toCompletableFuture().join();
        }
    }
}
