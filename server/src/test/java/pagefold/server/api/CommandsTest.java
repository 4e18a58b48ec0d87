package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.server.api.TestServer.createSpace;
import static pagefold.server.api.TestServer.map;
import static pagefold.server.api.TestServer.unmap;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.api.TestServer.Reply;

class CommandsTest {
    @TempDir
    private Path data;

    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        server = TestServer.start(data);
        server.create("s", "arm64", "4k-48");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void restart() throws IOException {
        server.close();
        server = TestServer.start(data);
    }

    @Test
    void a_command_is_answered_with_its_position() throws IOException {
        Reply reply = server.command("s", createSpace("u"));

        assertThat(reply.status()).isEqualTo(201);
        assertThat(reply.text()).isEqualTo("{\"first\":2,\"position\":2,\"commands\":1}\n");
        assertThat(reply.header("ETag")).isEqualTo("\"2\"");
        assertThat(reply.header("Location")).isEqualTo("/v1/simulations/s/events?from=2");
    }

    @Test
    void a_batch_is_accepted_as_a_whole() throws IOException {
        Reply reply = server.command(
                "s", "[" + createSpace("u") + "," + map("u", 0x1000, 0x1000) + "," + unmap("u", 0x1000, 0x1000) + "]");

        assertThat(reply.text()).isEqualTo("{\"first\":2,\"position\":4,\"commands\":3}\n");
    }

    @Test
    void a_batch_with_one_bad_command_writes_nothing() throws IOException {
        server.command("s", "[" + createSpace("u") + "," + map("u", 0x1000, 0x1000) + "]");
        String before = server.hash("s");

        Reply reply = server.command("s", "[" + map("u", 0x4000, 0x1000) + "," + map("u", 0x1000, 0x1000) + "]");

        assertThat(reply.status()).isEqualTo(409);
        assertThat(reply.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(reply.text())
                .isEqualTo("{\"type\":\"urn:pagefold:problem:overlaps\",\"title\":\"Overlaps\",\"status\":409,"
                        + "\"detail\":\"The range 0x0000000000001000-0x0000000000002000 overlaps"
                        + " 0x0000000000001000-0x0000000000002000, which is mapped.\",\"space\":\"u\","
                        + "\"range\":\"0x0000000000001000-0x0000000000002000\","
                        + "\"conflictingRange\":\"0x0000000000001000-0x0000000000002000\",\"commandIndex\":1}\n");
        assertThat(server.get("/v1/simulations/s").header("ETag")).isEqualTo("\"3\"");
        assertThat(server.hash("s")).isEqualTo(before);
    }

    @Test
    void what_the_profile_cannot_hold_is_rejected_before_anything_is_written() throws IOException {
        server.command("s", createSpace("u"));

        Reply misaligned = server.command("s", map("u", 0x1234, 0x1000));
        Reply beyond = server.command("s", map("u", 1L << 52, 0x1000));

        assertThat(misaligned.status()).isEqualTo(422);
        assertThat(misaligned.problem()).isEqualTo("not-representable");
        assertThat(misaligned.json().path("reason").asText()).isEqualTo("misaligned");
        assertThat(beyond.json().path("reason").asText()).isEqualTo("input-out-of-range");
        assertThat(server.get("/v1/simulations/s").header("ETag")).isEqualTo("\"2\"");
    }

    @Test
    void if_match_holds_the_position() throws IOException {
        server.command("s", createSpace("u"));

        Reply stale = server.command("s", createSpace("v"), "If-Match", "\"1\"");
        Reply current = server.command("s", createSpace("v"), "If-Match", "\"2\"");

        assertThat(stale.status()).isEqualTo(412);
        assertThat(stale.header("ETag")).isEqualTo("\"2\"");
        assertThat(stale.json().path("position").asLong()).isEqualTo(2);
        assertThat(current.status()).isEqualTo(201);
        assertThat(server.command("s", createSpace("w"), "If-Match", "2").problem())
                .isEqualTo("invalid-parameter");
    }

    @Test
    void a_simulation_is_removed_at_the_position_that_is_expected_alone() throws IOException {
        server.command("s", createSpace("u"));

        Reply stale = server.send("DELETE", "/v1/simulations/s", BodyPublishers.noBody(), "If-Match", "\"1\"");
        Reply malformed = server.send("DELETE", "/v1/simulations/s", BodyPublishers.noBody(), "If-Match", "2");
        Reply after = server.command("s", createSpace("v"), "If-Match", "\"2\"");
        Reply gone = server.send("DELETE", "/v1/simulations/s", BodyPublishers.noBody(), "If-Match", "\"3\"");

        assertThat(stale.status()).isEqualTo(412);
        assertThat(stale.problem()).isEqualTo("stale");
        assertThat(stale.header("ETag")).isEqualTo("\"2\"");
        assertThat(malformed.problem()).isEqualTo("invalid-parameter");
        assertThat(after.status()).isEqualTo(201);
        assertThat(gone.status()).isEqualTo(204);
        assertThat(server.get("/v1/simulations/s").status()).isEqualTo(404);
        assertThat(server.send("DELETE", "/v1/simulations/s", BodyPublishers.noBody(), "If-Match", "\"3\"")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void a_repeated_request_gets_the_first_answer_again_also_after_a_restart() throws IOException {
        Reply first = server.command("s", createSpace("u"), "Idempotency-Key", "k1", "If-Match", "\"1\"");
        Reply again = server.command("s", createSpace("u"), "Idempotency-Key", "\"k1\"", "If-Match", "\"1\"");
        restart();
        Reply afterRestart = server.command("s", createSpace("u"), "Idempotency-Key", "k1");
        Reply other = server.command("s", createSpace("v"), "Idempotency-Key", "k1");

        assertThat(again.text()).isEqualTo(first.text());
        assertThat(again.status()).isEqualTo(201);
        assertThat(again.header("Idempotent-Replayed")).isEqualTo("true");
        assertThat(afterRestart.text()).isEqualTo(first.text());
        assertThat(other.status()).isEqualTo(422);
        assertThat(other.problem()).isEqualTo("idempotency-key-reused");
        assertThat(server.get("/v1/simulations/s").header("ETag")).isEqualTo("\"2\"");
    }

    @Test
    void names_of_a_request_stand_with_its_events() throws IOException {
        String trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

        server.command("s", createSpace("u"), "Idempotency-Key", "k1", "Correlation-Id", "c1", "traceparent", trace);

        var event = server.get("/v1/simulations/s/events?from=2")
                .json()
                .path("events")
                .path(0);
        assertThat(event.path("commandId").asText()).isEqualTo("k1");
        assertThat(event.path("correlation").asText()).isEqualTo("c1");
        assertThat(event.path("causation").asText()).isEqualTo(trace);
    }

    @Test
    void a_restart_gives_the_same_tables() throws IOException {
        server.command("s", "[" + createSpace("u") + "," + map("u", 0x1000, 0x20_0000) + "]");
        server.command("s", unmap("u", 0x4000, 0x1000));
        String before = server.hash("s");

        restart();

        assertThat(server.hash("s")).isEqualTo(before);
    }

    @Test
    void every_error_is_a_problem() throws IOException {
        assertProblem(server.get("/v1/nothing"), 404, "not-found");
        assertProblem(server.get("/v1/simulations/absent"), 404, "no-such-simulation");
        assertProblem(server.get("/v1/simulations/s/stats?at=99"), 404, "no-such-position");
        assertProblem(server.get("/v1/simulations/s/stats?at=0"), 400, "invalid-parameter");
        assertProblem(server.get("/v1/simulations/s/stats?at=x"), 400, "invalid-parameter");
        assertProblem(server.get("/v1/simulations/-s/stats"), 400, "invalid-parameter");
        assertProblem(server.get("/v1/simulations/s/spaces/u/walk"), 400, "invalid-parameter");
        assertProblem(server.get("/v1/simulations/s/spaces/u/walk?va=12"), 400, "invalid-parameter");
        assertProblem(server.get("/v1/simulations/s/spaces/u/walk?va=0x12"), 404, "no-such-space");
        assertProblem(server.get("/v1/simulations/s/tables/0x12345000"), 404, "no-such-table");
        assertProblem(server.post("/v1/plugins/usage", TestServer.JSON, "{}"), 405, "method-not-allowed");
        assertProblem(server.post("/v1/plugins", TestServer.JSON, "{}"), 415, "unsupported-media-type");
        assertProblem(server.post("/v1/simulations", "text/plain", "{}"), 415, "unsupported-media-type");
        assertProblem(server.post("/v1/simulations", TestServer.JSON, "{"), 400, "malformed");
        assertProblem(server.command("s", "{\"type\":\"map-range\"}"), 400, "malformed");
        assertProblem(server.command("s", "{\"type\":\"create-space\",\"space\":\"u\",\"x\":1}"), 400, "malformed");
        assertProblem(server.command("s", "[]"), 400, "malformed");
        assertProblem(server.command("s", "[" + createSpace("u") + "] {}"), 400, "malformed");
        assertProblem(server.command("absent", createSpace("u")), 404, "no-such-simulation");
        assertProblem(server.command("s", " ".repeat(Commands.MAX_BODY_BYTES + 1)), 413, "too-large");
        assertProblem(server.command("s", map("absent", 0, 0x1000)), 422, "no-such-space");
        assertProblem(
                server.post(
                        "/v1/simulations", TestServer.JSON, "{\"name\":\"t\",\"plugin\":\"mips\",\"profile\":\"x\"}"),
                422,
                "no-such-plugin");
        assertProblem(
                server.post(
                        "/v1/simulations",
                        TestServer.JSON,
                        "{\"name\":\"s\",\"plugin\":\"arm64\",\"profile\":\"4k-48\"}"),
                409,
                "simulation-exists");
    }

    private static void assertProblem(Reply reply, int status, String code) {
        assertThat(reply.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(reply.status()).isEqualTo(status);
        assertThat(reply.problem()).isEqualTo(code);
        assertThat(reply.json().path("status").asInt()).isEqualTo(status);
        assertThat(reply.json().path("detail").asText()).isNotBlank().doesNotContain("\tat ");
    }

    @Test
    void a_simulation_that_was_removed_is_gone_and_can_be_made_anew() throws IOException {
        server.command("s", createSpace("u"));

        Reply removed = server.send("DELETE", "/v1/simulations/s", java.net.http.HttpRequest.BodyPublishers.noBody());
        assertThat(removed.status()).isEqualTo(204);
        assertThat(server.get("/v1/simulations/s").status()).isEqualTo(404);
        assertThat(server.get("/v1/simulations").text()).isEqualTo("{\"simulations\":[]}\n");

        server.create("s", "flat", "wide");
        assertThat(server.get("/v1/simulations/s").json().path("spaces").asInt())
                .isZero();
    }
}
