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
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagefold.server.api.PagefoldServer;
import pagefold.server.api.ServerOptions;
import pagefold.server.client.FakeServer;
import pagefold.server.local.FreePort;

/** Verbs whose servers die under them: what they change happens once. */
class PatientVerbsTest {
    @TempDir
    private Path folder;

    private @Nullable Process process;

    @AfterEach
    void kill() {
        if (process != null) {
            process.destroyForcibly();
        }
    }

    @Test
    void what_was_done_when_the_connection_broke_is_not_done_again() throws IOException {
        Path file = Files.writeString(
                folder.resolve("commands"),
                "{\"type\":\"annotate\",\"text\":\"one\"}\n{\"type\":\"annotate\",\"text\":\"two\"}\n");
        try (PagefoldServer server = PagefoldServer.start(new ServerOptions("127.0.0.1", 0, folder.resolve("data")));
                CutConnections cut = new CutConnections(server.uri())) {
            String[][] verbs = {
                {"sim", "create", "s"},
                {"annotate", "s", "first"},
                {"apply", "s", "--file", file.toString()},
                {"swap", "s", "--plugin", "arm64", "--profile", "16k-48"},
            };
            for (String[] verb : verbs) {
                CliRun run = at(cut.uri(), verb).ends(0);
                assertThat(run.err()).contains("trying again");
            }
            String events = at(server.uri().toString(), "events", "s", "-o", "json")
                    .ends(0)
                    .out();
            at(cut.uri(), "sim", "rm", "s").ends(0);

            assertThat(events.lines()).hasSize(5);
            assertThat(events).containsOnlyOnce("first").containsOnlyOnce("one").containsOnlyOnce("two");
            assertThat(at(server.uri().toString(), "sim", "ls").ends(0).lines()).hasSize(1);
            assertThat(cut.seen().stream().filter(seen -> seen.path().endsWith("/commands")))
                    .hasSize(4)
                    .allMatch(seen -> seen.key().startsWith("cli-"));
        }
    }

    @Test
    void a_simulation_that_is_another_is_not_taken_for_the_one_that_was_made() throws IOException {
        try (PagefoldServer server = PagefoldServer.start(new ServerOptions("127.0.0.1", 0, folder.resolve("data")));
                CutConnections cut = new CutConnections(server.uri())) {
            at(server.uri().toString(), "sim", "create", "s", "--profile", "16k-48")
                    .ends(0);

            assertThat(at(cut.uri(), "sim", "create", "s")
                            .ends(ExitCodes.REJECTED)
                            .err())
                    .contains("Simulation exists");
        }
    }

    @Test
    void a_key_of_the_users_makes_two_runs_one() throws IOException {
        try (PagefoldServer server = PagefoldServer.start(new ServerOptions("127.0.0.1", 0, folder.resolve("data")))) {
            String uri = server.uri().toString();
            at(uri, "sim", "create", "s").ends(0);
            CliRun first = at(uri, "annotate", "s", "once", "--idempotency-key", "mine")
                    .ends(0);
            CliRun again = at(uri, "annotate", "s", "once", "--idempotency-key", "mine")
                    .ends(0);
            CliRun other = at(uri, "annotate", "s", "other", "--idempotency-key", "mine");

            assertThat(again.out()).isEqualTo(first.out());
            assertThat(other.exitCode()).isEqualTo(ExitCodes.REJECTED);
            assertThat(at(uri, "events", "s", "-o", "json").lines()).hasSize(2);
        }
    }

    @Test
    void what_has_no_key_is_not_sent_twice_and_the_line_says_that_nobody_knows() throws IOException {
        Path jar = Files.writeString(folder.resolve("p.jar"), "no jar");
        try (FakeServer broken = new FakeServer(FakeServer.broken());
                FakeServer other = new FakeServer(FakeServer.answer(201, "{\"plugins\":[]}"))) {
            CliRun run = at(broken.uri() + "," + other.uri(), "plugin", "add", jar.toString())
                    .ends(ExitCodes.UNREACHABLE);

            assertThat(run.err()).contains("whether it was done is not known");
            assertThat(broken.seen()).hasSize(1);
            assertThat(other.seen()).isEmpty();
        }
    }

    @Test
    void when_the_time_is_over_the_line_has_the_problem_and_the_key() throws IOException {
        try (FakeServer server = new FakeServer(FakeServer.problem(503, "log-unavailable", "0"))) {
            CliRun run = at(server.uri().toString(), "annotate", "s", "x", "--retry-for", "300ms")
                    .ends(ExitCodes.UNREACHABLE);

            assertThat(run.err())
                    .contains("trying again for up to 0.3 s")
                    .contains("log-unavailable: No.")
                    .contains("given up after " + server.seen().size() + " attempts")
                    .contains("--idempotency-key " + server.seen().getFirst().key());
        }
    }

    @Test
    void lines_that_end_with_a_problem_that_passes_are_sent_again() throws IOException {
        Path file = Files.writeString(folder.resolve("commands"), "{\"type\":\"annotate\",\"text\":\"one\"}\n");
        String passing = "{\"title\":\"Node lost\",\"status\":503,\"detail\":\"x\",\"retryAfter\":0}";
        try (FakeServer server = new FakeServer(
                FakeServer.answer(200, "{\"position\":2,\"commands\":1}\n" + passing + "\n"),
                FakeServer.answer(200, "{\"position\":2,\"commands\":1}\n"))) {
            at(server.uri().toString(), "apply", "s", "--file", file.toString()).ends(0);

            assertThat(server.seen()).hasSize(2);
            assertThat(server.seen().get(0)).isEqualTo(server.seen().get(1));
        }
    }

    @Test
    void a_server_that_sends_elsewhere_is_no_server_of_ours() throws IOException {
        try (FakeServer server = new FakeServer(FakeServer.answer(302, "", "Location", "/"))) {
            at(server.uri().toString(), "sim", "ls").ends(ExitCodes.REJECTED);

            assertThat(server.seen()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--retry-for soon",
                "--retry-for -1s",
                "--retry-for 9000m",
                "--retry-for 999999999999s",
                "--server http://127.0.0.1:1,nowhere",
                "--server http://127.0.0.1:1,http://127.0.0.1:99999",
                "--server ftp://127.0.0.1:1",
                "--idempotency-key a\u00e9b"
            })
    void what_makes_no_sense_is_a_usage_error(String options) {
        List<String> words = new ArrayList<>(List.of("annotate", "s", "x"));
        words.addAll(List.of(options.split(" ")));
        CliRun.of(words.toArray(String[]::new)).ends(ExitCodes.USAGE);
    }

    private static CliRun at(String server, String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--server", server));
        return CliRun.of(all.toArray(String[]::new));
    }

    private String start(int port) throws IOException {
        process = PagefoldProcess.of(
                        "serve",
                        "--port",
                        "" + port,
                        "--data",
                        folder.resolve("data").toString())
                .redirectError(folder.resolve("err").toFile())
                .start();
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)).readLine();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "socket"})
    void load_goes_on_when_its_server_is_killed_and_started_again(String way) throws Exception {
        int port = FreePort.find();
        String uri = start(port);
        CompletableFuture<CliRun> load = CompletableFuture.supplyAsync(() -> at(
                uri,
                ("load --users 4 --simulations 2 --warmup 0 --seconds 8 --ahead 8 -o json --retry-for 2m --via " + way)
                        .split(" ")));
        awaitEvents(uri);

        process.destroyForcibly().waitFor();
        start(port);

        CliRun run = load.join().ends(0);
        assertThat(run.out()).contains("\"errors\":{}").contains("\"lost\":0").contains("\"duplicated\":0");
        assertThat(run.out()).doesNotContain("\"retries\":0,");
        assertThat(at(uri, "sim", "ls").ends(0).lines()).hasSize(1);
    }

    private static void awaitEvents(String uri) {
        Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .until(() -> at(uri, "sim", "ls").lines().stream()
                        .anyMatch(line -> line.matches("load-0 +([2-9]|[0-9]{2,}) .*")));
    }

    @Test
    void commands_one_after_the_other_happen_once_while_their_server_is_killed() throws Exception {
        int port = FreePort.find();
        String uri = start(port);
        at(uri, "sim", "create", "s").ends(0);
        int count = 60;
        CompletableFuture<Void> commands = CompletableFuture.runAsync(() -> {
            for (int i = 0; i < count; i++) {
                at(uri, "annotate", "s", "remark " + i, "--retry-for", "2m").ends(0);
            }
        });
        Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .until(() -> at(uri, "events", "s").out().contains("remark 5"));

        process.destroyForcibly().waitFor();
        start(port);
        commands.join();

        assertThat(at(uri, "events", "s", "-o", "json", "--limit", "1000")
                        .ends(0)
                        .lines())
                .hasSize(1 + count);
    }
}
