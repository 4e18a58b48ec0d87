package pagefold.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.log.PostgresServer;

/** Real nodes over a real PostgreSQL, with real faults, all of it under load. */
@Tag("cluster")
class ClusterProcessTest {
    private static final int SIMULATIONS = 12;

    @TempDir
    private Path directory;

    private ClusterProcesses cluster;
    private PostgresServer postgres;

    @BeforeEach
    void start() throws Exception {
        postgres = PostgresServer.shared();
        cluster = new ClusterProcesses(directory, postgres.newDatabase());
        cluster.start("a", "b", "c");
    }

    @AfterEach
    void end() {
        cluster.close();
    }

    private ClusterLoad load(boolean keyed) throws Exception {
        return new ClusterLoad(cluster::addresses, SIMULATIONS, keyed, Long.getLong("seed", System.nanoTime()));
    }

    private static void pause(int seconds) throws InterruptedException {
        TimeUnit.SECONDS.sleep(seconds);
    }

    @Test
    void nothing_is_lost_and_others_go_on_when_a_node_is_killed() throws Exception {
        try (ClusterLoad load = load(true)) {
            load.start();
            load.awaitProgress(10);
            cluster.kill("c");
            load.awaitProgress(10);
            load.stop();

            load.verify();
            System.out.println("longest wait of a simulation around kill -9: " + load.longestGapMillis() + " ms");
        }
        cluster.start("c");
        assertThat(cluster.owned("a").keySet()).containsExactly("a", "b", "c");
    }

    @Test
    void a_node_that_hangs_and_wakes_has_acknowledged_nothing_that_is_not_there() throws Exception {
        try (ClusterLoad load = load(true)) {
            load.start();
            load.awaitProgress(10);
            cluster.signal("b", "STOP");
            pause(12);
            cluster.signal("b", "CONT");
            load.awaitProgress(10);
            cluster.awaitNodes();
            load.awaitProgress(10);
            load.stop();

            load.verify();
            System.out.println(
                    "longest wait of a simulation around a hang of 12 s: " + load.longestGapMillis() + " ms");
        }
    }

    @Test
    void simulations_of_a_node_that_hangs_go_on_elsewhere() throws Exception {
        try (ClusterLoad load = new ClusterLoad(
                () -> cluster.addresses().subList(0, 2), SIMULATIONS, true, Long.getLong("seed", System.nanoTime()))) {
            load.start();
            load.awaitProgress(10);
            cluster.signal("c", "STOP");
            load.awaitProgress(10);
            cluster.signal("c", "CONT");
            cluster.awaitNodes();
            load.awaitProgress(10);
            load.stop();

            load.verify();
            System.out.println("longest wait of a simulation whose node hangs: " + load.longestGapMillis() + " ms");
        }
    }

    @Test
    void a_node_that_stops_and_one_that_joins_fail_no_command() throws Exception {
        try (ClusterLoad load = new ClusterLoad(
                () -> cluster.addresses().subList(0, 2), SIMULATIONS, false, Long.getLong("seed", System.nanoTime()))) {
            load.start();
            load.awaitProgress(20);
            int code = cluster.stop("c");
            load.awaitProgress(20);
            cluster.start("c", "d");
            load.awaitProgress(20);
            load.stop();

            assertThat(code).isEqualTo(143);
            assertThat(load.unacknowledged()).isEmpty();
            load.verify();
        }
    }

    @Test
    void a_node_that_joins_gets_about_its_share() throws Exception {
        int many = 200;
        try (ClusterLoad load =
                new ClusterLoad(cluster::addresses, many, false, Long.getLong("seed", System.nanoTime()))) {
            Map<String, Integer> before = cluster.owned("a");
            cluster.start("d");
            await().atMost(Duration.ofMinutes(1))
                    .untilAsserted(() -> assertThat(cluster.owned("a").get("d")).isBetween(many / 8, 3 * many / 8));
            Map<String, Integer> after = cluster.owned("a");

            assertThat(before.values().stream().mapToInt(count -> count)).allMatch(count -> count > many / 6);
            assertThat(List.of("a", "b", "c"))
                    .allSatisfy(name -> assertThat(after.get(name)).isLessThanOrEqualTo(before.get(name)));
            System.out.println(load.simulations().size() + " simulations: " + before + ", then " + after);
        }
    }

    @Test
    void all_is_there_when_all_nodes_were_killed() throws Exception {
        try (ClusterLoad load = load(false)) {
            load.start();
            load.awaitProgress(10);
            for (String name : List.of("a", "b", "c")) {
                cluster.signal(name, "KILL");
            }
            load.stop();
            for (String name : List.of("a", "b", "c")) {
                cluster.kill(name);
            }
            cluster.start("d", "e");

            load.verify();
        }
    }

    @Test
    void commands_go_on_when_postgresql_was_restarted() throws Exception {
        try (PostgresServer own = PostgresServer.start();
                ClusterProcesses others = new ClusterProcesses(directory.resolve("own"), own.newDatabase())) {
            java.nio.file.Files.createDirectories(directory.resolve("own"));
            others.start("x", "y");
            try (ClusterLoad load =
                    new ClusterLoad(others::addresses, SIMULATIONS, true, Long.getLong("seed", System.nanoTime()))) {
                load.start();
                load.awaitProgress(10);
                own.restart("INT");
                own.awaitUp();
                load.awaitProgress(10);
                own.restart("QUIT");
                own.awaitUp();
                load.awaitProgress(10);
                load.stop();

                load.verify();
                System.out.println("longest wait of a simulation around restarts of PostgreSQL: "
                        + load.longestGapMillis() + " ms");
            }
        }
    }
}
