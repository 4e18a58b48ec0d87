package pagefold.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import pagefold.host.LoadedPlugin;
import pagefold.host.PluginHost;
import pagefold.server.space.Neighbours;

/** What is made of what nodes say, and of those that say nothing. */
class NodeMessagesTest {
    private final Vertx vertx = Vertx.vertx();
    private PluginHost host;

    @BeforeEach
    void open() throws Exception {
        host = PluginHost.withBuiltIn(getClass().getClassLoader());
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        host.close();
    }

    private static Node node(String name) {
        return new Node(name, name, URI.create("http://127.0.0.1:1"), "1", Instant.EPOCH, true, "log", "key");
    }

    private void says(String node, String digest) {
        vertx.eventBus()
                .<JsonObject>consumer(
                        "pagefold.node." + node, message -> message.reply(new JsonObject().put("digest", digest)));
    }

    @Test
    void a_node_that_is_silent_is_not_one_that_lacks_a_plugin() throws Exception {
        LoadedPlugin plugin = host.plugins().getFirst();
        says("same", plugin.digest());
        says("without", "");
        says("other", "0".repeat(64));
        List<Node> nodes = List.of(node("silent"), node("leaving"), node("other"), node("same"), node("without"));
        NodeMessages messages = new NodeMessages(vertx);

        assertThat(messages.lacking(nodes, plugin, node -> !node.name().equals("leaving"))
                        .get(10, TimeUnit.SECONDS))
                .isEqualTo(new Neighbours.Lacking(List.of("other", "without"), List.of("silent")));
        assertThat(messages.differing(nodes, plugin)
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get(10, TimeUnit.SECONDS))
                .containsExactly("other");
    }
}
