package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.server.api.TestServer.createSpace;
import static pagefold.server.api.TestServer.map;
import static pagefold.server.api.TestServer.remark;
import static pagefold.server.api.TestServer.select;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.api.TestServer.Reply;

class PluginSelectionTest {
    @TempDir
    private Path data;

    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        server = TestServer.start(data);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void going_to_another_plugin_and_back_gives_the_first_tables_again() throws IOException {
        server.create("s", "arm64", "4k-48");
        server.command("s", "[" + createSpace("u") + "," + map("u", 0x1000, 0x40_0000) + "]");
        String first = server.hash("s");

        Reply there = server.command("s", select("flat", "wide"));
        String other = server.hash("s");
        Reply back = server.command("s", select("arm64", "4k-48"));

        assertThat(there.text()).isEqualTo("{\"first\":4,\"position\":4,\"commands\":1}\n");
        assertThat(back.status()).isEqualTo(201);
        assertThat(other).isNotEqualTo(first);
        assertThat(server.hash("s")).isEqualTo(first);
        assertThat(hashAt(3)).isEqualTo(first);
        assertThat(hashAt(4)).isEqualTo(other);
        server.close();
        server = TestServer.start(data);
        assertThat(server.hash("s")).isEqualTo(first);
    }

    private String hashAt(long position) throws IOException {
        return server.get("/v1/simulations/s/stats?at=" + position)
                .json()
                .path("imageHash")
                .asText();
    }

    @Test
    void a_history_that_the_plugin_cannot_hold_is_refused_event_by_event() throws IOException {
        server.create("s", "flat", "wide");
        server.command("s", "[" + createSpace("u") + "," + map("u", 0x1000, 0x1000) + "]");
        server.command("s", map("u", 1L << 40, 0x1000));
        server.command(
                "s",
                "{\"type\":\"protect-range\",\"space\":\"u\",\"range\":{\"start\":\"0x10000000000\","
                        + "\"size\":\"0x1000\"},\"permissions\":\"r--/r--\"}");
        server.command("s", map("u", 1L << 33, 0x2000));
        String before = server.hash("s");

        Reply refused = server.command("s", select("flat", "narrow"));

        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.problem()).isEqualTo("plugin-cannot-hold-history");
        JsonNode events = refused.json().path("refused");
        assertThat(events).hasSize(2);
        assertThat(events.path(0).path("position").asLong()).isEqualTo(4);
        assertThat(events.path(0).path("range").asText()).isEqualTo("0x0000010000000000-0x0000010000001000");
        assertThat(events.path(0).path("reason").asText()).isEqualTo("input-out-of-range");
        assertThat(events.path(1).path("position").asLong()).isEqualTo(6);
        assertThat(server.get("/v1/simulations/s").header("ETag")).isEqualTo("\"6\"");
        assertThat(server.hash("s")).isEqualTo(before);
    }

    @Test
    void a_long_report_is_cut_and_says_how_long_it_is() throws IOException {
        server.create("s", "flat", "wide");
        StringBuilder lines = new StringBuilder(createSpace("u")).append('\n');
        for (int i = 0; i < 1040; i++) {
            lines.append(map("u", (1L << 40) + i * 0x2000L, 0x1000)).append('\n');
        }
        server.stream("s", lines.toString());

        JsonNode refused = server.command("s", select("flat", "narrow")).json();

        assertThat(refused.path("refused")).hasSize(1000);
        assertThat(refused.path("count").asLong()).isEqualTo(1040);
        assertThat(refused.path("refused").path(999).path("position").asLong()).isEqualTo(1002);
    }

    @Test
    void commands_go_on_while_a_shadow_is_built() throws Exception {
        server.create("s", "flat", "wide");
        server.command("s", createSpace("u"));
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 20_000; i++) {
            lines.append(map("u", 0x1000 + i * 0x2000L, 0x1000)).append('\n');
        }
        server.stream("s", lines.toString());

        Thread selecting = Thread.ofVirtual().start(() -> {
            try {
                server.command("s", select("arm64", "4k-48"));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        int written = 0;
        while (selecting.isAlive() && written < 10_000) {
            assertThat(server.command("s", map("u", (1L << 40) + written * 0x2000L, 0x1000))
                            .status())
                    .isEqualTo(201);
            written++;
        }
        selecting.join();

        JsonNode stats = server.get("/v1/simulations/s/stats").json();
        assertThat(stats.path("binding").path("plugin").asText()).isEqualTo("arm64");
        assertThat(stats.path("position").asLong()).isEqualTo(20_003 + written);
        assertThat(stats.path("spaces").path(0).path("mappedBytes").asLong()).isEqualTo((20_000 + written) * 0x1000L);
    }

    @Test
    void a_plugin_that_fails_to_apply_stops_the_model_but_not_the_log() throws IOException {
        server.create("s", "flat", "faulty");
        server.command("s", createSpace("u"));

        Reply durable = server.command("s", remark("fail-apply"));
        Reply read = server.get("/v1/simulations/s/stats");
        Reply write = server.command("s", remark("later"));
        Reply events = server.get("/v1/simulations/s/events");

        assertThat(durable.status()).isEqualTo(201);
        assertThat(read.status()).isEqualTo(500);
        assertThat(read.problem()).isEqualTo("model-failed");
        assertThat(read.json().path("position").asLong()).isEqualTo(3);
        assertThat(write.problem()).isEqualTo("model-failed");
        assertThat(events.json().path("events")).hasSize(3);
        server.close();
        server = TestServer.start(data);
        assertThat(server.get("/v1/simulations/s/stats").problem()).isEqualTo("model-failed");
        assertThat(server.command("s", select("flat", "wide")).status()).isEqualTo(201);
        assertThat(server.command("s", remark("later")).status()).isEqualTo(201);
        assertThat(server.get("/v1/simulations/s/stats").status()).isEqualTo(200);
    }

    @Test
    void a_plugin_that_fails_to_check_refuses_one_command_only() throws IOException {
        server.create("s", "flat", "faulty");

        Reply failed = server.command("s", remark("fail-check"));

        assertThat(failed.status()).isEqualTo(500);
        assertThat(failed.problem()).isEqualTo("model-failed");
        assertThat(server.command("s", remark("other")).status()).isEqualTo(201);
        assertThat(server.get("/v1/simulations/s").header("ETag")).isEqualTo("\"2\"");
    }
}
