package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.Histogram;

class PluginTrafficTest {
    private static final int CYCLES = 30;
    private static final int WRITERS = 8;
    private static final int SHOWN_LINES = 40;

    @Test
    void thirty_plugins_come_and_go_under_traffic_and_no_class_loader_stays(@TempDir Path data) throws Exception {
        List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
        try (TestServer server = TestServer.start(data, new ServerOptions.Plugins(null, null, true))) {
            server.create("s", "arm64", "4k-48");
            try (WriterLoad load = WriterLoad.start(server, "s", WRITERS)) {
                for (int i = 0; i < CYCLES; i++) {
                    loaders.add(cycle(server, i / 10 + 1 + "." + i % 10));
                }
                load.finish();
                assertThat(load.failures()).isEmpty();
                assertThat(load.acknowledged()).isGreaterThan(CYCLES);
            }

            awaitNone(loaders);

            assertThat(server.get("/v1/simulations/s/stats").status()).isEqualTo(200);
        }
    }

    private static WeakReference<ClassLoader> cycle(TestServer server, String version) throws Exception {
        int added = server.post(
                        "/v1/plugins",
                        "application/octet-stream",
                        BodyPublishers.ofByteArray(TestServer.flatJar(version)))
                .status();
        WeakReference<ClassLoader> loader = server.flatLoader(version);
        int there = swap(server, "flat", version, "wide");
        int read = server.get("/v1/simulations/s/spaces/w0/walk?va=0x10000000").status();
        int past = server.get("/v1/simulations/s/stats?at=2&plugin=flat&version=" + version + "&profile=wide")
                .status();
        int back = swap(server, "arm64", "1.0", "4k-48");
        int gone = server.delete("/v1/plugins/flat/" + version).status();

        assertThat(List.of(added, there, read, past, back, gone)).containsExactly(201, 201, 200, 200, 201, 204);
        return loader;
    }

    private static int swap(TestServer server, String plugin, String version, String profile) throws Exception {
        return server.post(
                        "/v1/simulations/s/swap",
                        TestServer.JSON,
                        "{\"plugin\":\"" + plugin + "\",\"version\":\"" + version + "\",\"profile\":\"" + profile
                                + "\"}")
                .status();
    }

    private static void awaitNone(List<WeakReference<ClassLoader>> loaders) throws Exception {
        try {
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> {
                System.gc();
                return loaders.stream().allMatch(loader -> loader.get() == null);
            });
        } catch (ConditionTimeoutException e) {
            long alive = loaders.stream().filter(loader -> loader.get() != null).count();
            throw new AssertionError(
                    alive + " of " + loaders.size() + " class loaders stay; what there is:\n" + histogram(), e);
        }
    }

    /** What is alive of plugins and of their users, by the JVM's own count. */
    private static String histogram() throws Exception {
        return Histogram.lines().stream()
                .filter(line -> line.contains("flat.") || line.contains("pagefold."))
                .limit(SHOWN_LINES)
                .collect(Collectors.joining("\n"));
    }
}
