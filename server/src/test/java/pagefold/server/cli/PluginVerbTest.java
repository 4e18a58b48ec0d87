package pagefold.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.api.PagefoldServer;
import pagefold.server.api.ServerOptions;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PluginVerbTest {
    private final PagefoldServer server;
    private final Path directory;

    PluginVerbTest(@TempDir Path data) throws IOException {
        directory = data;
        server = PagefoldServer.start(new ServerOptions(ServerOptions.DEFAULT_HOST, 0, data.resolve("log")));
    }

    @AfterAll
    void close() {
        server.close();
    }

    private CliRun run(String line) {
        return CliRun.of((line + " --server=" + server.uri()).split(" "));
    }

    @Test
    void who_uses_what_decides_what_may_go() {
        run("sim create a --plugin arm32 --profile lpae").ends(0);
        run("space create a u").ends(0);

        assertThat(run("plugin usage arm32").ends(0).out()).containsPattern("(?m)^a +2 +yes +2 +1 +2$");
        assertThat(run("plugin usage --capability STAGE_2").ends(0).lines()).hasSize(1);
        assertThat(run("plugin retire arm32 --capability STAGE_2 --dry-run")
                        .ends(0)
                        .err())
                .contains("may go");
        assertThat(run("plugin retire arm32 --dry-run").ends(1).err()).contains("must stay: 1");
        assertThat(run("plugin retire arm32").ends(3).err()).contains("a");
        run("swap a --plugin arm64 --profile 4k-48").ends(0);
        assertThat(run("plugin retire arm32").ends(0).err()).contains("retired arm32 1.0");
        assertThat(run("plugin ls").ends(0).out()).doesNotContain("arm32");
        assertThat(run("plugin info arm32").ends(3).err()).contains("no plugin 'arm32'");
        assertThat(run("plugin info arm64").ends(0).out()).contains("4k-48", "SHA-256", "-ipaN", "-s2hd");
        run("plugin retire arm64 --capability HYP").ends(2);
    }

    @Test
    void a_jar_that_nobody_has_signed_is_refused() throws IOException {
        Path jar = Files.write(directory.resolve("x.jar"), new byte[10]);

        assertThat(run("plugin add " + jar).ends(3).err()).contains("there is none");
        Files.write(directory.resolve("x.jar.sig"), new byte[64]);
        assertThat(run("plugin add " + jar).ends(3).err()).contains("by none of them");
    }
}
