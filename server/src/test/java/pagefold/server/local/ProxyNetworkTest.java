package pagefold.server.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import pagefold.server.log.PostgresServer;

/** Nodes as processes, which know of each other's proxies alone. */
@EnabledOnOs(OS.LINUX)
class ProxyNetworkTest {
    private static final int HEAP = 160;

    private static JsonArray known(HttpClient http, URI server) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(server.resolve("/v1/cluster?limit=0"))
                .timeout(Duration.ofSeconds(20))
                .build();
        return new JsonObject(http.send(request, BodyHandlers.ofString()).body()).getJsonArray("nodes");
    }

    private static void awaitKnown(HttpClient http, LocalCluster cluster, int count) {
        await().atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(200))
                .untilAsserted(() -> {
                    for (URI server : cluster.servers()) {
                        assertThat(known(http, server)).hasSize(count);
                    }
                });
    }

    @Test
    void two_nodes_are_one_cluster_two_while_the_links_are_cut_and_one_again() throws Exception {
        PostgresServer.requireInstalled();
        try (HttpClient http = HttpClient.newHttpClient();
                LocalCluster cluster = LocalCluster.startOnNetwork(
                        new LocalCluster.Options(2, 0, null, true, HEAP, null), LocalNetwork.Means.PROXY)) {
            LocalNetwork network = cluster.network();
            assertThat(network).isNotNull();
            assertThat(network.description()).isEqualTo("TCP proxies");
            awaitKnown(http, cluster, 2);
            for (LocalNode node : cluster.nodes()) {
                assertThat(node.api()).isNotEqualTo(node.uri());
                assertThat(known(http, node.uri()))
                        .anySatisfy(each -> assertThat(((JsonObject) each).getString("api"))
                                .isEqualTo(node.api().toString()));
                assertThat(known(http, node.api())).as("asked over the proxy").hasSize(2);
            }

            network.cut(1, 2);
            network.cut(2, 1);
            awaitKnown(http, cluster, 1);
            network.mend(1, 2);
            network.mend(2, 1);

            awaitKnown(http, cluster, 2);
        }
    }
}
