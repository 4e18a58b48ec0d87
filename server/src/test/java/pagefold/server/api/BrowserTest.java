package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The workbench in a real browser, with the checks of ui/test/workbench.mjs. */
class BrowserTest {
    private static final Path BASE = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
    private static final Path MODULES = BASE.resolve("target/ui");
    private static final int CHECKS = 6;

    @TempDir
    Path data;

    @Test
    void the_workbench_does_in_a_browser_what_it_promises() throws Exception {
        Path node = program("node");
        Path chromium = program("chromium");
        boolean built = WebPageTest.built() && Files.isDirectory(MODULES.resolve("node_modules/playwright-core"));
        if (node == null || chromium == null || !built) {
            System.err.println("NO BROWSER TESTS OF THE WORKBENCH: they need node (" + node + "), chromium (" + chromium
                    + ") and a workbench that is built (" + built + ")");
        }
        assumeTrue(node != null && chromium != null && built, "NO BROWSER TESTS: see the line on standard error");

        List<String> lines;
        try (TestServer server = TestServer.start(data)) {
            for (String simulation : List.of("demo", "swap")) {
                server.create(simulation, "arm64", "4k-48");
                assertThat(server.stream(simulation, FoldedTrace.lines()).status())
                        .isEqualTo(200);
            }
            lines = run(Objects.requireNonNull(node), Objects.requireNonNull(chromium), server);
        }

        assertThat(lines).hasSize(CHECKS).allSatisfy(line -> assertThat(line).startsWith("ok "));
    }

    private List<String> run(Path node, Path chromium, TestServer server) throws IOException {
        Process process = new ProcessBuilder(
                        node.toString(),
                        BASE.resolve("../ui/test/workbench.mjs").toString(),
                        MODULES.toString(),
                        chromium.toString(),
                        server.uri("").toString())
                .redirectErrorStream(true)
                .start();
        try (var reader = process.inputReader(StandardCharsets.UTF_8)) {
            return reader.lines().toList();
        } finally {
            process.destroy();
        }
    }

    private static @Nullable Path program(String name) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
    }
}
