package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.server.api.TestServer.createSpace;
import static pagefold.server.api.TestServer.map;
import static pagefold.server.api.TestServer.remark;
import static pagefold.server.api.TestServer.select;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.api.TestServer.Reply;
import pagefold.server.space.Limits;
import pagefold.server.watch.Quarantine;

/** A plugin that throws or does not return, and everything that goes on all the same. */
class QuarantineTest {
    private static final Limits IMPATIENT = new Limits(256, 1024, 262_144, 400);
    private static final String STUCK = "did not return within 0.4 s";

    @TempDir
    private Path data;

    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        System.clearProperty("flat.go-on");
        server = TestServer.start(data, IMPATIENT);
    }

    @AfterEach
    void stop() {
        System.setProperty("flat.go-on", "true");
        server.close();
    }

    private JsonNode quarantine() throws IOException {
        Reply reply = server.get("/v1/plugins/quarantine");
        assertThat(reply.status()).isEqualTo(200);
        return reply.json();
    }

    private void awaitHeldUp(int threads) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> quarantine().path("heldUpThreads").asInt() == threads);
    }

    private String status(String path) throws IOException {
        Reply reply = server.get("/v1/simulations/" + path);
        return reply.status() == 200 ? "200" : reply.problem();
    }

    @Test
    void an_event_from_which_a_plugin_does_not_return_puts_it_into_quarantine_in_that_simulation() throws Exception {
        server.create("s", "flat", "stuck");
        server.create("other", "flat", "stuck");
        server.command("s", createSpace("u"));
        server.command("s", map("u", 0x1000, 0x1000));

        Reply durable = server.command("s", remark("loop-apply"));
        Reply neighbour = server.command("other", remark("meanwhile"));
        Reply read = server.get("/v1/simulations/s/stats");
        Reply write = server.command("s", remark("later"));

        assertThat(durable.status()).isEqualTo(201);
        assertThat(neighbour.status()).isEqualTo(201);
        assertThat(read.problem()).isEqualTo("model-failed");
        assertThat(read.json().path("position").asLong()).isEqualTo(4);
        assertThat(read.json().path("detail").asText()).contains(STUCK + " from Annotated at position 4");
        assertThat(write.problem()).isEqualTo("model-failed");
        JsonNode only = quarantine().path("cases");
        assertThat(only).hasSize(1);
        assertThat(only.path(0).path("simulation").asText()).isEqualTo("s");
        assertThat(only.path(0).path("profile").asText()).isEqualTo("stuck");
        assertThat(only.path(0).path("position").asLong()).isEqualTo(4);
        assertThat(only.path(0).path("reason").asText()).contains(STUCK);
        assertThat(quarantine().path("heldUpThreads").asInt()).isEqualTo(1);
        // What can be read: events, the tables before, all tables through others, and other simulations.
        assertThat(server.get("/v1/simulations/s/events").json().path("events")).hasSize(4);
        assertThat(status("s/stats?at=3")).isEqualTo("200");
        assertThat(status("s/stats?at=4")).isEqualTo("model-failed");
        assertThat(status("s/stats?plugin=arm64&profile=4k-48")).isEqualTo("200");
        assertThat(status("s/spaces/u/ptdump?at=4&plugin=flat&profile=wide")).isEqualTo("200");
        assertThat(status("other/stats")).isEqualTo("200");
    }

    @Test
    void a_quarantine_ends_when_another_plugin_is_selected_and_begins_again_after_a_restart() throws Exception {
        server.create("s", "flat", "stuck");
        server.command("s", remark("loop-apply"));
        assertThat(status("s/stats")).isEqualTo("model-failed");
        server.close();
        server = TestServer.start(data, IMPATIENT);

        String afterRestart = status("s/stats");
        int casesAfterRestart = quarantine().path("cases").size();
        Reply again = server.command("s", select("flat", "stuck"));
        Reply other = server.command("s", select("arm64", "4k-48"));

        assertThat(afterRestart).isEqualTo("model-failed");
        assertThat(casesAfterRestart).isEqualTo(1);
        assertThat(again.problem()).isEqualTo("model-failed");
        assertThat(other.status()).isEqualTo(201);
        assertThat(status("s/stats")).isEqualTo("200");
        assertThat(server.command("s", remark("later")).status()).isEqualTo(201);
        // What was wrong with the other one is still known: it is not called for the past either.
        assertThat(status("s/stats?at=2")).isEqualTo("model-failed");
        assertThat(quarantine().path("cases")).hasSize(1);
    }

    @Test
    void a_command_from_whose_check_a_plugin_does_not_return_is_refused_and_not_in_the_log() throws Exception {
        server.create("s", "flat", "stuck");
        server.command("s", createSpace("u"));

        Reply refused = server.command("s", remark("loop-check"));
        Reply later = server.command("s", remark("later"));
        Reply again = server.command("s", select("flat", "stuck"));
        Reply works = server.command("s", remark("later"));

        assertThat(refused.problem()).isEqualTo("model-failed");
        assertThat(refused.json().path("detail").asText()).contains(STUCK + " from checking an event at position 3");
        assertThat(later.problem()).isEqualTo("model-failed");
        assertThat(again.status()).isEqualTo(201);
        assertThat(works.status()).isEqualTo(201);
        assertThat(server.get("/v1/simulations/s/events").json().path("events")).hasSize(4);
        assertThat(quarantine().path("cases")).isEmpty();
        assertThat(quarantine().path("heldUpThreads").asInt()).isEqualTo(1);
    }

    @Test
    void a_read_from_which_a_plugin_does_not_return_fails_and_so_does_what_waits_behind_it() throws Exception {
        server.create("s", "flat", "stuck");
        server.command("s", createSpace("loop"));
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> dumps = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                dumps.add(clients.submit(() -> status("s/spaces/loop/ptdump")));
            }

            for (Future<String> dump : dumps) {
                assertThat(dump.get()).isEqualTo("model-failed");
            }
        }
        assertThat(quarantine().path("cases").path(0).path("reason").asText())
                .contains(STUCK + " from reading its tables at position 2");
        // Selected again, it has another model; the question is as bad as before.
        assertThat(server.command("s", select("flat", "stuck")).status()).isEqualTo(201);
        assertThat(status("s/stats")).isEqualTo("200");
        assertThat(status("s/spaces/loop/ptdump?at=2")).isEqualTo("model-failed");
        assertThat(status("s/stats")).isEqualTo("200");
    }

    @Test
    void a_plugin_that_does_not_return_from_a_history_is_not_selected_and_the_old_one_goes_on() throws Exception {
        server.create("s", "arm64", "4k-48");
        server.command("s", createSpace("u"));
        server.command("s", remark("loop-apply"));
        String hash = server.hash("s");

        Reply swap = server.command("s", select("flat", "stuck"));
        Reply compared = server.get("/v1/simulations/s/compare?with=flat:stuck");
        Reply comparedAgain = server.get("/v1/simulations/s/compare?with=arm64:64k-48,flat:wide");
        Reply dryRun = server.post(
                "/v1/simulations/s/swap?dryRun=true",
                TestServer.JSON,
                "{\"plugin\":\"flat\",\"version\":\"1.0\",\"profile\":\"stuck\"}");

        assertThat(swap.problem()).isEqualTo("model-failed");
        assertThat(swap.json().path("position").asLong()).isEqualTo(3);
        assertThat(compared.text()).contains(STUCK);
        assertThat(comparedAgain.status()).isEqualTo(200);
        assertThat(dryRun.text()).contains(STUCK);
        assertThat(server.hash("s")).isEqualTo(hash);
        assertThat(server.command("s", remark("later")).status()).isEqualTo(201);
    }

    @Test
    void others_do_not_notice_that_more_models_are_stuck_than_there_are_threads() throws Exception {
        int stuck = 12;
        server.create("good", "arm64", "4k-48");
        server.command("good", createSpace("u"));
        for (int i = 0; i < stuck; i++) {
            server.create("s" + i, "flat", "stuck");
        }
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<String>> loops = new ArrayList<>();
            for (int i = 0; i < stuck; i++) {
                String name = "s" + i;
                loops.add(() -> {
                    server.command(name, remark("loop-apply"));
                    return status(name + "/stats");
                });
            }

            List<Future<String>> outcomes = new ArrayList<>();
            loops.forEach(loop -> outcomes.add(clients.submit(loop)));
            for (int i = 0; i < 50; i++) {
                assertThat(server.command("good", map("u", 0x1000 + i * 0x2000L, 0x1000))
                                .status())
                        .isEqualTo(201);
            }

            for (Future<String> outcome : outcomes) {
                assertThat(outcome.get()).isEqualTo("model-failed");
            }
        }
        assertThat(quarantine().path("cases")).hasSize(stuck);
        assertThat(status("good/stats")).isEqualTo("200");
        assertThat(server.get("/metrics").text())
                .contains("pagefold_quarantine 12", "pagefold_plugin_threads_heldup 12");

        System.setProperty("flat.go-on", "true");

        awaitHeldUp(0);
    }

    @Test
    void a_plugin_that_holds_up_too_many_threads_is_not_called_by_anybody() throws Exception {
        for (int i = 0; i < Quarantine.MAX_HELD_UP; i++) {
            server.create("s" + i, "flat", "stuck");
            server.command("s" + i, remark("loop-apply"));
        }
        awaitHeldUp(Quarantine.MAX_HELD_UP);

        Reply one = server.post(
                "/v1/simulations", TestServer.JSON, "{\"name\":\"one\",\"plugin\":\"flat\",\"profile\":\"wide\"}");
        server.create("two", "arm64", "4k-48");

        assertThat(one.problem()).isEqualTo("model-failed");
        assertThat(one.json().path("detail").asText()).contains("has not returned from 16 calls");
        assertThat(status("two/stats")).isEqualTo("200");
        System.setProperty("flat.go-on", "true");
        awaitHeldUp(0);
        server.create("three", "flat", "wide");
        assertThat(status("three/stats")).isEqualTo("200");
    }

    @Test
    void a_plugin_that_makes_something_else_of_an_event_every_time_is_found_by_a_replay() throws Exception {
        server.create("s", "flat", "unsteady");
        server.create("steady", "flat", "unsteady");
        for (String name : List.of("s", "steady")) {
            server.command(name, createSpace("u"));
            StringBuilder lines = new StringBuilder();
            for (int i = 0; i < 20_000; i++) {
                lines.append(remark(i == 1000 && name.equals("s") ? "unsteady" : "steady"))
                        .append('\n');
            }
            server.stream(name, lines.toString());
        }

        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> {
            // A check is offered whenever the model has taken something.
            server.command("s", remark("steady"));
            return !quarantine().path("cases").isEmpty();
        });

        JsonNode only = quarantine().path("cases");
        assertThat(only).hasSize(1);
        assertThat(only.path(0).path("simulation").asText()).isEqualTo("s");
        assertThat(only.path(0).path("position").asLong()).isEqualTo(1003);
        assertThat(only.path(0).path("reason").asText())
                .startsWith("the plugin flat makes other tables of Annotated at position 1003 when they are replayed");
        assertThat(status("s/stats")).isEqualTo("model-failed");
        assertThat(server.command("s", remark("later")).problem()).isEqualTo("model-failed");
        assertThat(status("s/stats?at=1002")).isEqualTo("200");
        assertThat(status("steady/stats")).isEqualTo("200");
        assertThat(server.get("/v1/simulations/s/events?from=1003&limit=1").status())
                .isEqualTo(200);
    }

    @Test
    void a_plugin_that_throws_at_an_event_is_in_quarantine_too() throws Exception {
        server.create("s", "flat", "faulty");
        server.command("s", remark("fail-apply"));
        assertThat(status("s/stats")).isEqualTo("model-failed");

        JsonNode only = quarantine().path("cases");

        assertThat(only).hasSize(1);
        assertThat(only.path(0).path("reason").asText())
                .isEqualTo("the plugin flat failed applying an event at position 2:"
                        + " java.lang.IllegalStateException: failed on demand");
        assertThat(server.delete("/v1/simulations/s").status()).isEqualTo(204);
        assertThat(quarantine().path("cases")).isEmpty();
    }
}
