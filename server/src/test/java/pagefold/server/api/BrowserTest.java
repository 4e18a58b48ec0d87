package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The workbench in a real browser, with the checks of ui/test/workbench.mjs. */
class BrowserTest {
    private static final int CHECKS = 11;

    @TempDir
    Path data;

    @Test
    void the_workbench_does_in_a_browser_what_it_promises() throws Exception {
        Browser browser = Browser.assumed();

        List<String> lines;
        try (TestServer server = TestServer.start(data)) {
            for (String simulation : List.of("demo", "swap")) {
                server.create(simulation, "arm64", "4k-48");
                assertThat(server.stream(simulation, FoldedTrace.lines()).status())
                        .isEqualTo(200);
            }
            lines = browser.lines(server.uri(""));
        }

        assertThat(lines).hasSize(CHECKS).allSatisfy(line -> assertThat(line).startsWith("ok "));
    }
}
