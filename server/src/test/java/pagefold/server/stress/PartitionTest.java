package pagefold.server.stress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import pagefold.server.load.LoadMix;
import pagefold.server.local.LocalCluster;
import pagefold.server.local.LocalNetwork;
import pagefold.server.log.PostgresServer;

/** Three nodes between which the network fails in every way there is; takes minutes, and for namespaces root. */
@Tag("cluster")
class PartitionTest {
    private static final int HEAP = 256;

    private static void require(LocalNetwork.Means means) {
        PostgresServer.requireInstalled();
        Optional<String> trouble = LocalNetwork.trouble(means);
        trouble.ifPresent(why -> System.err.println(
                "\nNOT TESTED: partitions of the network between nodes by " + means + "; " + why + "\n"));
        assumeTrue(trouble.isEmpty(), () -> "there is no network to cut: " + trouble.orElseThrow());
    }

    @Test
    void there_is_nothing_to_cut_between_nodes_that_do_not_know_each_other() throws Exception {
        require(LocalNetwork.Means.PROXY);
        StressOptions options = StressRunTest.options(
                new StressOptions.Shape(1, 1, 0, new LoadMix(40, 30, 20, 10), 1), 1, Map.of(FaultKind.PARTITION, 1));
        try (LocalCluster cluster = LocalCluster.startOnNetwork(
                new LocalCluster.Options(2, 0, null, false, HEAP, null), LocalNetwork.Means.PROXY)) {
            assertThatThrownBy(() -> new StressRun(cluster.servers(), cluster, options, line -> {}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected a cluster for a partition");
        }
    }

    @ParameterizedTest
    @EnumSource
    void nodes_that_do_not_hear_of_each_other_lose_nothing_and_become_one_cluster_again(LocalNetwork.Means means)
            throws Exception {
        require(means);
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("-Dseed=" + seed);
        StressOptions options = StressRunTest.options(
                new StressOptions.Shape(8, 4, 2, new LoadMix(40, 30, 20, 10), seed),
                10,
                Map.of(FaultKind.PARTITION, Partition.values().length));
        try (LocalCluster cluster =
                        LocalCluster.startOnNetwork(new LocalCluster.Options(3, 0, null, true, HEAP, null), means);
                StressRun run = new StressRun(
                        cluster.servers(), cluster, options.withToken(cluster.token()), System.out::println)) {
            StressReport report = run.run();

            System.out.println(StressJson.of(report));
            assertThat(report.violations()).isEmpty();
            assertThat(report.outcomes().lost()).isZero();
            assertThat(report.outcomes().duplicated()).isZero();
            assertThat(report.outcomes().unknown()).isZero();
            assertThat(report.hashesEqual()).isTrue();
            assertThat(report.faults()).hasSize(Partition.values().length);
        }
    }
}
