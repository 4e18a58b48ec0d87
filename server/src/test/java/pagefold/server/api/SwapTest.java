package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.server.api.TestServer.createSpace;
import static pagefold.server.api.TestServer.map;
import static pagefold.server.api.TestServer.select;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.api.TestServer.Reply;

class SwapTest {
    private static final long FOUR_GIB = 1L << 32;

    @TempDir
    private Path data;

    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        server = TestServer.start(data);
        server.create("s", "arm64", "4k-48");
        server.command("s", "[" + createSpace("u") + "," + map("u", 0x40_0000, 0x1_0000) + "]");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Reply swap(String query, String plugin, String profile, String... headers) throws IOException {
        return server.post(
                "/v1/simulations/s/swap" + query,
                TestServer.JSON,
                "{\"plugin\":\"" + plugin + "\",\"profile\":\"" + profile + "\"}",
                headers);
    }

    @Test
    void a_dry_run_says_what_would_come_of_it_and_changes_nothing() throws IOException {
        String before = server.hash("s");

        JsonNode report = swap("?dryRun=true", "arm32", "lpae").json();

        assertThat(report.path("possible").asBoolean()).isTrue();
        assertThat(report.path("from").path("profile").asText()).isEqualTo("4k-48");
        assertThat(report.path("to").path("figures").path("mappedBytes").asLong())
                .isEqualTo(0x1_0000);
        assertThat(report.path("suggested")).isEmpty();
        assertThat(server.get("/v1/simulations/s").header("ETag")).isEqualTo("\"3\"");
        assertThat(server.hash("s")).isEqualTo(before);
    }

    @Test
    void a_swap_there_and_back_restores_the_tables() throws IOException {
        String before = server.hash("s");

        Reply there = swap("", "arm32", "lpae");
        String other = server.hash("s");
        Reply back = swap("", "arm64", "4k-48");

        assertThat(there.status()).isEqualTo(201);
        assertThat(there.header("ETag")).isEqualTo("\"4\"");
        assertThat(there.json().path("version").asText()).isEqualTo("1.0");
        assertThat(other).isNotEqualTo(before);
        assertThat(back.json().path("position").asLong()).isEqualTo(5);
        assertThat(server.hash("s")).isEqualTo(before);
    }

    @Test
    void a_refusal_names_every_event_and_what_would_hold_them() throws IOException {
        for (int i = 0; i < 40; i++) {
            server.command("s", map("u", FOUR_GIB + i * 0x2000L, 0x1000));
        }
        String before = server.hash("s");

        Reply refused = swap("", "arm32", "lpae");
        JsonNode report = swap("?dryRun=true", "arm32", "lpae").json();

        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.problem()).isEqualTo("plugin-cannot-hold-history");
        assertThat(refused.json().path("count").asLong()).isEqualTo(40);
        assertThat(refused.json().path("refused")).hasSize(40);
        JsonNode last = refused.json().path("refused").path(39);
        assertThat(last.path("position").asLong()).isEqualTo(43);
        assertThat(last.path("reason").asText()).isEqualTo("input-out-of-range");
        assertThat(last.path("range").asText()).startsWith("0x000000010004e000");
        assertThat(report.path("possible").asBoolean()).isFalse();
        assertThat(report.path("to").path("leftOut").path("count").asLong()).isEqualTo(40);
        JsonNode suggested = refused.json().path("suggested");
        assertThat(suggested).isNotEmpty().isEqualTo(report.path("suggested"));
        for (JsonNode each : suggested) {
            JsonNode tried = swap(
                            "?dryRun=true",
                            each.path("plugin").asText(),
                            each.path("profile").asText())
                    .json();
            assertThat(tried.path("possible").asBoolean()).as(each.toString()).isTrue();
        }
        assertThat(server.get("/v1/simulations/s").header("ETag")).isEqualTo("\"43\"");
        assertThat(server.hash("s")).isEqualTo(before);
    }

    @Test
    void a_swap_can_be_conditional_and_repeated() throws IOException {
        Reply stale = swap("", "arm32", "lpae", "If-Match", "\"2\"");
        Reply first = swap("", "arm32", "lpae", "Idempotency-Key", "k");
        Reply again = swap("", "arm32", "lpae", "Idempotency-Key", "k");

        assertThat(stale.status()).isEqualTo(412);
        assertThat(first.status()).isEqualTo(201);
        assertThat(again.json()).isEqualTo(first.json());
        assertThat(server.get("/v1/simulations/s").header("ETag")).isEqualTo("\"4\"");
    }

    @Test
    void what_cannot_be_asked_is_refused_with_a_reason() throws IOException {
        assertThat(swap("", "arm32", "nope").problem()).isEqualTo("no-such-plugin");
        assertThat(swap("?dryRun=true", "arm33", "lpae").problem()).isEqualTo("no-such-plugin");
        assertThat(swap("?dryRun=maybe", "arm32", "lpae").status()).isEqualTo(400);
        assertThat(server.post("/v1/simulations/s/swap", TestServer.JSON, "{}").problem())
                .isEqualTo("malformed");
        assertThat(server.post("/v1/simulations/s/swap", TestServer.LINES, "{}").status())
                .isEqualTo(415);
        assertThat(server.post(
                                "/v1/simulations/t/swap?dryRun=true",
                                TestServer.JSON,
                                "{\"plugin\":\"arm32\",\"profile\":\"lpae\"}")
                        .problem())
                .isEqualTo("no-such-simulation");
    }

    @Test
    void every_read_can_look_through_another_plugin_at_any_position() throws IOException {
        server.create("t", "arm32", "lpae");
        server.command("t", "[" + createSpace("u") + "," + map("u", 0x40_0000, 0x1_0000) + "]");
        server.command("s", select("flat", "wide"));
        server.command("s", "[" + map("u", 0x80_0000, 0x1000) + "]");
        String view = "plugin=arm32&profile=lpae&at=3";

        for (String read : List.of("", "/spaces", "/spaces/u/regions", "/spaces/u/tables", "/spaces/u/ptdump")) {
            Reply through = server.get("/v1/simulations/s" + read + "?" + view);
            Reply own = server.get("/v1/simulations/t" + read);

            assertThat(through.status()).as(read).isEqualTo(200);
            assertThat(through.text().replace("\"name\":\"s\"", "\"name\":\"t\""))
                    .as(read)
                    .isEqualTo(own.text());
        }
        assertThat(server.get("/v1/simulations/s/stats?" + view)
                        .json()
                        .path("imageHash")
                        .asText())
                .isEqualTo(server.hash("t"));
        assertThat(server.get("/v1/simulations/s/spaces/u/walk?va=0x400000&" + view)
                        .json()
                        .path("outcome"))
                .isEqualTo(server.get("/v1/simulations/t/spaces/u/walk?va=0x400000")
                        .json()
                        .path("outcome"));
        // The head, and a position further on from the last one asked for.
        assertThat(server.get("/v1/simulations/s/stats?plugin=arm32&profile=lpae")
                        .json()
                        .path("spaces")
                        .path(0)
                        .path("mappedBytes")
                        .asLong())
                .isEqualTo(0x1_1000);
    }

    @Test
    void a_view_that_cannot_hold_the_history_says_what() throws IOException {
        server.command("s", map("u", FOUR_GIB, 0x1000));

        Reply refused = server.get("/v1/simulations/s/stats?plugin=arm32&profile=lpae");

        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.problem()).isEqualTo("plugin-cannot-hold-history");
        assertThat(refused.json().path("refused").path(0).path("position").asLong())
                .isEqualTo(4);
        assertThat(server.get("/v1/simulations/s/stats?plugin=arm32&profile=lpae&at=3")
                        .status())
                .isEqualTo(200);
        assertThat(server.get("/v1/simulations/s/stats?plugin=arm64&version=1.0&profile=4k-48")
                        .status())
                .isEqualTo(200);
        assertThat(server.get("/v1/simulations/s/stats?plugin=arm32").problem()).isEqualTo("invalid-parameter");
        assertThat(server.get("/v1/simulations/s/stats?plugin=arm32&profile=none")
                        .problem())
                .isEqualTo("no-such-plugin");
        assertThat(server.get("/v1/simulations/s/stats?plugin=arm64&profile=4k-48&at=9")
                        .problem())
                .isEqualTo("no-such-position");
    }
}
