package pagefold.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.api.PagefoldServer;
import pagefold.server.api.ServerOptions;

/** A history that is followed on the command line. */
class FollowTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    @TempDir
    private Path data;

    @Test
    void events_come_as_they_happen_also_after_the_server_was_restarted() throws IOException {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        PagefoldServer server = PagefoldServer.start(new ServerOptions("127.0.0.1", 0, data));
        int port = server.port();
        String uri = server.uri().toString();
        CompletableFuture<Integer> follower;
        try {
            CliRun.of("sim", "create", "s", "--server", uri).ends(0);
            CliRun.of("annotate", "s", "first", "--server", uri).ends(0);
            follower = CompletableFuture.supplyAsync(() -> Pagefold.commandLine()
                    .setOut(new PrintWriter(out, true))
                    .setErr(new PrintWriter(err, true))
                    .execute("events", "s", "--follow", "--limit", "4", "-o", "json", "--server", uri));
            await().atMost(LONG).until(() -> out.toString().contains("first"));

            CliRun.of("annotate", "s", "second", "--server", uri).ends(0);
            await().atMost(LONG).until(() -> out.toString().contains("second"));
        } finally {
            server.close();
        }

        try (PagefoldServer next = PagefoldServer.start(new ServerOptions("127.0.0.1", port, data))) {
            CliRun.of("annotate", "s", "third", "--server", next.uri().toString())
                    .ends(0);
            await().atMost(LONG).until(follower::isDone);

            assertThat(follower.join()).isZero();
            assertThat(out.toString().lines())
                    .hasSize(4)
                    .allMatch(line -> line.startsWith("{\"position\":") && line.endsWith("}"))
                    .satisfiesExactly(
                            line -> assertThat(line).contains("plugin-selected"),
                            line -> assertThat(line).contains("first"),
                            line -> assertThat(line).contains("second"),
                            line -> assertThat(line).contains("\"position\":4,", "third"));
            assertThat(err.toString()).contains("stopping");
        }
    }
}
