package pagefold.server.stress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.load.LoadMix;
import pagefold.server.local.LocalCluster;
import pagefold.server.log.PostgresServer;

/** Short stress runs: on servers that are right, and on some that are not. */
class StressRunTest {
    private static final int HEAP = 160;

    @TempDir
    private Path folder;

    @BeforeEach
    void requirePostgres() {
        PostgresServer.requireInstalled();
    }

    static StressOptions options(StressOptions.Shape shape, int seconds, Map<FaultKind, Integer> faults) {
        return new StressOptions(
                "stress",
                null,
                shape,
                new StressOptions.Length(seconds, 0),
                faults,
                new StressOptions.Patience(5000, 60_000));
    }

    static StressOptions.Shape shape(int users, int simulations, int heads) {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("-Dseed=" + seed);
        return new StressOptions.Shape(users, simulations, heads, new LoadMix(40, 30, 20, 10), seed);
    }

    private static StressReport run(LocalCluster.Options nodes, StressOptions options) throws Exception {
        try (LocalCluster cluster = LocalCluster.start(nodes);
                StressRun run = new StressRun(cluster.servers(), cluster, options, System.out::println)) {
            return run.run();
        }
    }

    private static LocalCluster.Options nodes(boolean clustered, @Nullable String classPath) {
        return new LocalCluster.Options(2, 0, null, clustered, HEAP, classPath);
    }

    @Test
    void a_node_that_is_killed_loses_nothing_and_what_clients_saw_was_an_order() throws Exception {
        StressReport report = run(
                nodes(true, null), options(shape(6, 2, 1), 3, Map.of(FaultKind.KILL, 1, FaultKind.SWAP_PLUGINS, 1)));

        assertThat(report.violations()).isEmpty();
        assertThat(report.passes()).isTrue();
        assertThat(report.outcomes().lost()).isZero();
        assertThat(report.outcomes().duplicated()).isZero();
        assertThat(report.outcomes().acknowledged()).isPositive();
        assertThat(report.hashesEqual()).isTrue();
        assertThat(report.faults()).hasSize(2);
        assertThat(report.histories()).singleElement().satisfies(history -> {
            assertThat(history.operations()).isPositive();
            assertThat(history.verdict()).isEqualTo("linearizable");
        });
        assertThat(report.load().perSecond().stream().mapToLong(count -> count).sum())
                .isEqualTo(report.outcomes().acknowledged());
        assertThat(StressJson.of(report)).contains("\"passed\" : true", "\"lost\" : 0", "\"duplicated\" : 0");
        assertThat(StressPage.of(report)).contains("passed", "kill -9").doesNotContain("src=", "href=", "url(");
    }

    @Test
    void a_node_that_joins_takes_its_share_of_simulations_with_regions_and_fails_no_request() throws Exception {
        StressOptions.Shape shape = new StressOptions.Shape(4, 40, 0, new LoadMix(40, 30, 20, 10), 1, 20, 20);

        StressReport report = run(nodes(true, null), options(shape, 3, Map.of(FaultKind.JOIN, 1)));

        assertThat(report.violations()).isEmpty();
        assertThat(report.servers()).isEqualTo(3);
        assertThat(report.hashesEqual()).isTrue();
        assertThat(report.fill()).isNotNull().satisfies(fill -> {
            assertThat(fill.simulations()).isEqualTo(40);
            assertThat(fill.shares()).hasSize(2);
            assertThat(fill.eventBytes()).isPositive();
            assertThat(fill.databaseBytes()).isPositive();
            assertThat(fill.nodes()).hasSize(2).allSatisfy(node -> {
                assertThat(node.open()).isPositive();
                assertThat(node.tables()).isPositive();
                assertThat(node.heap()).isGreaterThan(node.emptyHeap());
            });
        });
        assertThat(report.faults()).singleElement().satisfies(fault -> {
            assertThat(fault.what()).isEqualTo("node 3 joins");
            assertThat(fault.failures()).isZero();
            assertThat(fault.moves()).isNotNull().satisfies(moves -> {
                assertThat(moves.simulations()).isEqualTo(40);
                assertThat(moves.before()).hasSize(2);
                assertThat(moves.after()).hasSize(3);
                long joined = moves.after().getLast().simulations();
                assertThat(moves.moved()).isBetween(1L, 30L).isEqualTo(joined);
            });
        });
        assertThat(StressJson.of(report)).contains("\"moved\"", "\"heapOfOne\"");
        assertThat(StressPage.of(report)).contains("Simulations with regions", "have another owner");
    }

    @Test
    void servers_whose_log_has_no_fence_are_found_out_by_the_ledger_and_by_the_history() throws Exception {
        StressReport report =
                run(nodes(false, BrokenServers.withoutFence(folder)), options(shape(0, 1, 2), 6, Map.of()));

        assertThat(report.passes()).isFalse();
        assertThat(report.outcomes().lost()).isPositive();
        assertThat(report.histories())
                .anySatisfy(history -> assertThat(history.verdict()).isEqualTo("not linearizable"));
        assertThat(StressPage.of(report)).contains("What is wrong");
    }

    @Test
    void a_node_does_not_join_nodes_that_do_not_know_each_other() {
        StressOptions options = options(shape(1, 1, 0), 1, Map.of(FaultKind.JOIN, 1));

        assertThatThrownBy(() -> run(nodes(false, null), options))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected a cluster");
    }

    @Test
    void faults_of_processes_need_processes() {
        StressOptions options = options(shape(1, 1, 0), 1, Map.of(FaultKind.PAUSE, 1));

        assertThatThrownBy(() -> new StressRun(List.of(URI.create("http://127.0.0.1:1")), null, options, line -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected no pause");
    }
}
