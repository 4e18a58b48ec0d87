package pagefold.server.stress;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagefold.server.load.LoadMix;
import pagefold.server.local.LocalCluster;
import pagefold.server.log.PostgresServer;

/** Three nodes of a cluster under all faults; takes minutes. */
@Tag("cluster")
class StressSeedsTest {
    private static final int HEAP = 256;

    @BeforeEach
    void requirePostgres() {
        PostgresServer.requireInstalled();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void three_nodes_lose_nothing_whatever_fails(long seed) throws Exception {
        StressOptions options = StressRunTest.options(
                new StressOptions.Shape(12, 4, 2, new LoadMix(40, 30, 20, 10), seed),
                10,
                Map.of(
                        FaultKind.KILL, 1,
                        FaultKind.PAUSE, 1,
                        FaultKind.RESTART, 1,
                        FaultKind.RESTART_DATABASE, 1,
                        FaultKind.SWAP_PLUGINS, 1));
        try (LocalCluster cluster = LocalCluster.start(new LocalCluster.Options(3, 0, null, true, HEAP, null));
                StressRun run = new StressRun(cluster.servers(), cluster, options, System.out::println)) {
            StressReport report = run.run();

            System.out.println(StressJson.of(report));
            assertThat(report.violations()).isEmpty();
            assertThat(report.outcomes().lost()).isZero();
            assertThat(report.outcomes().duplicated()).isZero();
            assertThat(report.hashesEqual()).isTrue();
        }
    }
}
