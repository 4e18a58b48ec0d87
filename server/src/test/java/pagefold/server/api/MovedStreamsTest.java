package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.client.PatientClient;
import pagefold.server.client.Route;
import pagefold.server.cluster.SplitBrain;
import pagefold.server.local.LocalCluster;
import pagefold.server.local.LocalNode;
import pagefold.server.log.PostgresServer;

/** Clients that follow simulations while these go from one node to another. */
class MovedStreamsTest {
    @TempDir
    private Path directory;

    /** Simulations that are written, and two clients of each that follow. */
    private static final class Followed implements AutoCloseable {
        private final SseClient clients = new SseClient();
        private final PatientClient client = new PatientClient(new PatientClient.Settings(null, 5000, 60_000));
        private final List<Thread> writers = new ArrayList<>();
        private final Map<String, Long> heads = new ConcurrentHashMap<>();
        private final Map<String, List<Follower>> followers = new LinkedHashMap<>();
        private final List<String> troubles = new CopyOnWriteArrayList<>();
        private volatile boolean stopped;

        /** Begins with simulations that are there, and writes until it is closed. */
        Followed(Supplier<List<URI>> servers, List<String> simulations) {
            for (String simulation : simulations) {
                int number = followers.size();
                heads.put(simulation, 0L);
                followers.put(
                        simulation,
                        List.of(
                                Follower.ofStream(clients, servers, number, simulation),
                                Follower.ofSocket(servers, number + 1, simulation)));
                writers.add(Thread.ofVirtual().start(() -> write(servers, simulation)));
            }
        }

        private void write(Supplier<List<URI>> servers, String simulation) {
            for (int i = 0; !stopped; i++) {
                try {
                    PatientClient.Answer answer = client.send(
                            new Route(servers.get(), i),
                            new PatientClient.Request(
                                    "POST",
                                    "/v1/simulations/" + simulation + "/commands",
                                    Map.of("Idempotency-Key", simulation + "-" + i),
                                    TestServer.remark("r" + i).getBytes(java.nio.charset.StandardCharsets.UTF_8)));
                    if (answer.status() != 201) {
                        troubles.add(answer.status() + " " + new String(answer.body()));
                    }
                    heads.put(simulation, answer.position());
                    Thread.sleep(10);
                } catch (IOException e) {
                    troubles.add(e.toString());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }

        /** Waits until all have come some events further. */
        void awaitProgress() {
            Map<String, Long> before = Map.copyOf(heads);
            await().atMost(Duration.ofMinutes(1))
                    .untilAsserted(() -> followers.forEach((simulation, all) -> assertThat(all)
                            .as("%s, which was at %s and is at %s", simulation, before, heads)
                            .allMatch(follower -> follower.position() > before.get(simulation) + 10)));
        }

        /** Ends the writing, and checks that every follower has had every event once, in order. */
        void verify() throws InterruptedException {
            stopped = true;
            for (Thread writer : writers) {
                writer.join();
            }
            assertThat(troubles).isEmpty();
            followers.forEach((simulation, all) -> assertThat(all).allSatisfy(follower -> {
                await().atMost(Duration.ofMinutes(1)).until(() -> follower.position() >= heads.get(simulation));
                assertThat(follower.position()).isEqualTo(heads.get(simulation));
                assertThat(follower.wrong()).isNull();
            }));
        }

        /** How often the followers of a simulation were left alone. */
        int ends(String simulation) {
            return followers.get(simulation).stream().mapToInt(Follower::ends).sum();
        }

        @Override
        public void close() {
            stopped = true;
            followers.values().forEach(all -> all.forEach(Follower::close));
            clients.close();
            client.close();
        }
    }

    @Test
    void clients_have_every_event_once_while_nodes_stop_and_join_and_the_network_is_cut() throws Exception {
        try (ClusterNodes nodes = new ClusterNodes(directory)) {
            List<String> names = List.of("a", "b", "c");
            for (String name : names) {
                nodes.start(name);
            }
            Supplier<List<URI>> servers =
                    () -> nodes.all().stream().map(node -> node.uri("")).toList();
            SplitBrain.awaitWhole(nodes.cluster());
            List<String> simulations = new ArrayList<>();
            for (String owner : names) {
                simulations.add(nodes.simulationOf(owner));
            }
            follow(nodes, servers, simulations);
        }
    }

    private static void follow(ClusterNodes nodes, Supplier<List<URI>> servers, List<String> simulations)
            throws Exception {
        String cluster = nodes.cluster();
        try (Followed followed = new Followed(servers, simulations)) {
            followed.awaitProgress();
            nodes.stop("c");
            followed.awaitProgress();
            int stopped = followed.ends(simulations.get(2));

            nodes.start("d");
            followed.awaitProgress();

            String cut = nodes.at("b")
                    .get("/v1/cluster?limit=0")
                    .json()
                    .path("nodes")
                    .valueStream()
                    .filter(node -> node.path("name").asText().equals("b"))
                    .findFirst()
                    .orElseThrow()
                    .path("id")
                    .asText();
            SplitBrain.split(cluster, cut::equals);
            followed.awaitProgress();
            SplitBrain.awaitWhole(cluster);
            followed.awaitProgress();

            followed.verify();
            assertThat(stopped)
                    .as("clients that the node that stopped sent away")
                    .isPositive();
        }
    }

    @Test
    @Tag("cluster")
    void clients_have_every_event_once_while_processes_are_killed_and_come_back() throws Exception {
        PostgresServer.requireInstalled();
        try (LocalCluster cluster = LocalCluster.start(new LocalCluster.Options(3, 0, null, true, 200, null))) {
            List<String> simulations = new ArrayList<>();
            try (PatientClient client = new PatientClient(new PatientClient.Settings(null, 5000, 60_000))) {
                for (int i = 0; i < 6; i++) {
                    String name = "s" + i;
                    PatientClient.Answer made = client.send(
                            new Route(cluster.servers(), i),
                            new PatientClient.Request(
                                    "POST",
                                    "/v1/simulations",
                                    Map.of(),
                                    ("{\"name\":\"" + name + "\",\"plugin\":\"arm64\",\"profile\":\"4k-48\"}")
                                            .getBytes(java.nio.charset.StandardCharsets.UTF_8)));
                    assertThat(made.status()).isEqualTo(201);
                    simulations.add(name);
                }
            }
            try (Followed followed = new Followed(cluster::servers, simulations)) {
                for (LocalNode node : cluster.nodes()) {
                    followed.awaitProgress();
                    node.kill();
                    followed.awaitProgress();
                    node.start();
                    node.awaitReady(60);
                }
                followed.awaitProgress();

                followed.verify();
                assertThat(simulations.stream().mapToInt(followed::ends).sum())
                        .as("clients that were left alone")
                        .isPositive();
            }
        }
    }
}
