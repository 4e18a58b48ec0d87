package pagefold.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagefold.server.api.PagefoldServer;
import pagefold.server.api.ServerOptions;

/** The load generator against a real server; how fast it is, is no matter here. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LoadVerbTest {
    private PagefoldServer server;

    @BeforeAll
    void start(@TempDir Path data) throws IOException {
        server = PagefoldServer.start(new ServerOptions("127.0.0.1", 0, data));
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private CliRun load(String line) {
        List<String> words =
                new ArrayList<>(List.of("load", "--server", server.uri().toString()));
        words.addAll(List.of(line.split(" ")));
        return CliRun.of(words.toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--users 4",
                "--users 4 --rate 200",
                "--users 3 --via batch --ahead 50",
                "--users 4 --via socket --ahead 8",
                "--users 4 --subscribers 20",
                "--users 2 --mix walk=1"
            })
    void every_way_is_measured_and_nothing_acknowledged_is_lost(String how) throws IOException {
        CliRun run =
                load("--seconds 1 --warmup 0 --simulations 2 -o json " + how).ends(0);

        JsonNode report = new ObjectMapper().readTree(run.out());
        assertThat(report.path("lost").asLong()).isZero();
        assertThat(report.path("errors")).isEmpty();
        assertThat(report.path("measured"))
                .hasSize(how.contains("subscribers") ? 2 : 1)
                .allSatisfy(measured -> {
                    long deeds = measured.path("commands").path("count").asLong()
                            + measured.path("walks").path("count").asLong();
                    assertThat(deeds).isPositive();
                    assertThat(measured.path("commands")
                                    .path("millis")
                                    .path("p99")
                                    .asDouble())
                            .isLessThanOrEqualTo(measured.path("commands")
                                    .path("millis")
                                    .path("max")
                                    .asDouble());
                });
        assertThat(CliRun.of("sim", "ls", "--server", server.uri().toString()).out())
                .doesNotContain("load-");
    }

    @ParameterizedTest
    @ValueSource(strings = {"table", "json"})
    void what_was_measured_before_the_server_was_lost_is_reported(String form, @TempDir Path data) throws Exception {
        PagefoldServer lost = PagefoldServer.start(new ServerOptions("127.0.0.1", 0, data));
        CompletableFuture<CliRun> running;
        try {
            String uri = lost.uri().toString();
            String line = "load --users 2 --simulations 2 --seconds 2 --warmup 0 --retry-for 300ms -o " + form;
            running = CompletableFuture.supplyAsync(
                    () -> CliRun.of((line + " --server " + uri).split(" ")), Thread::startVirtualThread);
            await().until(() -> CliRun.of("sim", "ls", "-o", "json", "--server", uri)
                    .out()
                    .matches("(?s).*\"position\" ?: ?[0-9]{3,}.*"));
        } finally {
            lost.close();
        }
        CliRun run = running.get();

        run.ends(ExitCodes.UNREACHABLE);
        assertThat(run.err()).contains("the load did not come to its end").contains("nobody answers");
        if (form.equals("json")) {
            JsonNode report = new ObjectMapper().readTree(run.out());
            assertThat(report.at("/measured/0/commands/count").asLong()).isPositive();
            assertThat(report.path("failure").asText()).contains("nobody answers");
            assertThat(report.has("lost")).isFalse();
        } else {
            assertThat(run.lines().getFirst()).startsWith("LOAD ");
            assertThat(run.out()).contains("error: ").contains("it is not known whether");
        }
    }

    @Test
    void a_table_is_for_people() {
        assertThat(load("--seconds 1 --warmup 0 --users 2").ends(0).lines())
                .first()
                .asString()
                .startsWith("LOAD ")
                .contains("p99 ms");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--users 0", "--mix fly=1", "--seconds 0", "--via pigeon", "--ahead 5000", "--prefix /"})
    void what_makes_no_sense_is_a_usage_error(String how) {
        load(how).ends(ExitCodes.USAGE);
    }
}
