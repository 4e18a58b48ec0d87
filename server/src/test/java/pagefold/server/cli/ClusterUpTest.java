package pagefold.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.log.PostgresServer;

/** Servers on this machine that share a log, as processes that end with the one that started them. */
class ClusterUpTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @TempDir
    private Path directory;

    private Process up;
    private final List<String> addresses = new ArrayList<>();
    private List<ProcessHandle> all = List.of();

    @BeforeEach
    void start() throws IOException {
        PostgresServer.requireInstalled();
        up = PagefoldProcess.of("cluster", "up", "-n", "2", "--heap", "128")
                .redirectError(directory.resolve("err").toFile())
                .start();
        BufferedReader out = new BufferedReader(new InputStreamReader(up.getInputStream(), StandardCharsets.UTF_8));
        addresses.add(out.readLine());
        addresses.add(out.readLine());
        assertThat(addresses).allSatisfy(line -> assertThat(line).startsWith("http://127.0.0.1:"));
        all = up.descendants().toList();
    }

    @AfterEach
    void kill() {
        if (up != null) {
            up.destroyForcibly();
        }
        all.forEach(ProcessHandle::destroyForcibly);
    }

    private void awaitAllGone() {
        assertThat(all).hasSizeGreaterThanOrEqualTo(3);
        Awaitility.await().atMost(PATIENCE).until(() -> all.stream().noneMatch(ProcessHandle::isAlive));
    }

    @Test
    void servers_share_a_log_and_end_with_the_command() throws Exception {
        CliRun.of("sim", "create", "demo", "--server", addresses.get(0)).ends(0);
        CliRun.of("annotate", "demo", "from the other", "--server", addresses.get(1))
                .ends(0);
        assertThat(CliRun.of("events", "demo", "--server", addresses.get(0))
                        .ends(0)
                        .out())
                .contains("from the other");

        ProcessHandle node = all.stream()
                .filter(process -> process.info().command().orElse("").endsWith("/java"))
                .findFirst()
                .orElseThrow();
        node.destroyForcibly();
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> Files.readString(directory.resolve("err")).contains("has ended"));

        up.destroy();
        assertThat(up.waitFor(60, TimeUnit.SECONDS)).as("it ends").isTrue();
        awaitAllGone();
    }

    @Test
    void nothing_is_left_when_the_command_is_killed() throws Exception {
        up.destroyForcibly().waitFor();

        awaitAllGone();
    }
}
