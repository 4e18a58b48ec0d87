package pagefold.server.api;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A real browser for the checks of ui/test/workbench.mjs; where there is none, a test is left out with a line. */
public final class Browser {
    private static final Path BASE = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
    private static final Path MODULES = BASE.resolve("target/ui");

    private final Path node;
    private final Path chromium;

    private Browser(Path node, Path chromium) {
        this.node = node;
        this.chromium = chromium;
    }

    /** The browser of this machine. */
    public static Browser assumed() throws IOException {
        Path node = program("node");
        Path chromium = program("chromium");
        boolean built = WebPageTest.built() && Files.isDirectory(MODULES.resolve("node_modules/playwright-core"));
        if (node == null || chromium == null || !built) {
            System.err.println("NO BROWSER TESTS OF THE WORKBENCH: they need node (" + node + "), chromium (" + chromium
                    + ") and a workbench that is built (" + built + ")");
        }
        assumeTrue(node != null && chromium != null && built, "NO BROWSER TESTS: see the line on standard error");
        return new Browser(Objects.requireNonNull(node), Objects.requireNonNull(chromium));
    }

    /** The lines of the checks on a server, one for each; {@code more} is what the script is told beside. */
    public List<String> lines(URI server, String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                node.toString(),
                BASE.resolve("../ui/test/workbench.mjs").toString(),
                MODULES.toString(),
                chromium.toString(),
                server.toString().replaceAll("/$", "")));
        command.addAll(List.of(more));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
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
