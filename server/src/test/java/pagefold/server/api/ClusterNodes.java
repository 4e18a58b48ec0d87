package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import pagefold.server.cluster.ClusterOptions;
import pagefold.server.local.FreePort;
import pagefold.server.log.LogLocation;
import pagefold.server.log.PostgresServer;

/** Nodes of a cluster in this process, over a new database. */
final class ClusterNodes implements AutoCloseable {
    private final Path directory;
    private final LogLocation.Login database = PostgresServer.shared().newDatabase();
    private final int port = FreePort.find();
    private final Map<String, TestServer> nodes = new ConcurrentSkipListMap<>();
    private int simulations;

    /** None yet; each has a directory below this one. */
    ClusterNodes(Path directory) throws IOException, SQLException {
        this.directory = directory;
    }

    /** The name of the cluster. */
    String cluster() {
        return "test-" + port;
    }

    /** Starts one more, or one that was stopped. */
    TestServer start(String name) throws IOException {
        TestServer node = TestServer.start(
                new LogLocation(directory.resolve(name), database),
                new ClusterOptions(cluster(), name, ClusterOptions.DEFAULT_HOST, port, List.of(), null));
        nodes.put(name, node);
        return node;
    }

    TestServer at(String name) {
        TestServer node = nodes.get(name);
        if (node == null) {
            throw new IllegalStateException("expected a node " + name + ", but there are " + nodes.keySet());
        }
        return node;
    }

    /** Those that run, by name. */
    List<TestServer> all() {
        return List.copyOf(nodes.values());
    }

    /** Ends one. */
    void stop(String name) {
        TestServer node = at(name);
        nodes.remove(name);
        node.close();
    }

    /** Waits until every node knows all that run, and nobody else, and all take simulations. */
    void awaitReady() {
        await().atMost(Duration.ofMinutes(1))
                .untilAsserted(() -> assertThat(nodes.values())
                        .allSatisfy(node -> assertThat(
                                        node.get("/v1/cluster?limit=0").json().path("nodes"))
                                .hasSize(nodes.size())
                                .allMatch(each -> each.path("ready").asBoolean())));
    }

    /** A new simulation that a node is to have, made through node "a". */
    String simulationOf(String owner) throws IOException {
        while (true) {
            String name = "s" + simulations++;
            at("a").create(name, "arm64", "4k-48");
            if (at("a").get("/v1/simulations/" + name).header(Forwarder.NODE).equals(owner)) {
                return name;
            }
        }
    }

    @Override
    public void close() {
        nodes.values().forEach(TestServer::close);
    }
}
