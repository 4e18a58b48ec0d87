package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.server.api.TestServer.createSpace;
import static pagefold.server.api.TestServer.map;
import static pagefold.server.api.TestServer.unmap;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.api.TestServer.Reply;

class DeltaTest {
    private static final String ZERO = "0x0000000000000000";

    @TempDir
    private Path data;

    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        server = TestServer.start(data);
        server.create("s", "arm64", "4k-48");
        server.command("s", createSpace("u"));
        server.command(
                "s",
                map("u", 0x80_0000, 0x20_0000)
                        .replace("\"permissions\":\"rw-/rw-\"", "\"permissions\":\"rw-/rw-\",\"blocks\":true"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Reply delta(long position) throws IOException {
        return server.get("/v1/simulations/s/events/" + position + "/delta");
    }

    @Test
    void a_block_that_is_split_is_broken_first() throws IOException {
        server.command("s", unmap("u", 0x80_0000, 0x1000));
        String block = delta(3).json()
                .path("changes")
                .valueStream()
                .map(change -> change.path("wrote"))
                .filter(wrote -> wrote.path("level").asInt() == 2)
                .findFirst()
                .orElseThrow()
                .path("new")
                .asText();

        Reply reply = delta(4);

        JsonNode json = reply.json();
        assertThat(reply.header("ETag")).isEqualTo("\"4\"");
        assertThat(json.path("event").path("type").asText()).isEqualTo("range-unmapped");
        assertThat(json.path("breakBeforeMake").asText()).isEqualTo("ok");
        assertThat(json.path("truncated").asBoolean()).isFalse();
        assertThat(json.path("words").asInt() + json.path("invalidations").asInt())
                .isEqualTo(json.path("changes").size());
        assertThat(levelTwo(json.path("changes")))
                .satisfiesExactly(
                        broken -> {
                            assertThat(broken.path("wrote").path("old").asText())
                                    .isEqualTo(block);
                            assertThat(broken.path("wrote").path("new").asText())
                                    .isEqualTo(ZERO);
                        },
                        invalidated -> {
                            assertThat(invalidated
                                            .path("invalidated")
                                            .path("space")
                                            .asText())
                                    .isEqualTo("u");
                            assertThat(invalidated
                                            .path("invalidated")
                                            .path("start")
                                            .asText())
                                    .isEqualTo("0x0000000000800000");
                            assertThat(invalidated
                                            .path("invalidated")
                                            .path("size")
                                            .asText())
                                    .isEqualTo("0x0000000000200000");
                        },
                        made -> {
                            assertThat(made.path("wrote").path("old").asText()).isEqualTo(ZERO);
                            assertThat(made.path("wrote").path("new").asText()).isNotIn(ZERO, block);
                        });
        assertThat(json.path("changes")
                        .get(json.path("changes").size() - 1)
                        .path("invalidated")
                        .path("size")
                        .asText())
                .isEqualTo("0x0000000000001000");
    }

    /** The changes of the entry that had the block, with the first invalidation. */
    private static List<JsonNode> levelTwo(JsonNode changes) {
        List<JsonNode> found = new ArrayList<>();
        for (JsonNode change : changes) {
            boolean ofEntry = change.path("wrote").path("level").asInt() == 2;
            if (ofEntry || change.has("invalidated") && found.size() == 1) {
                found.add(change);
            }
        }
        return found;
    }

    @Test
    void deltas_leave_all_states_as_they_were() throws IOException {
        server.command("s", unmap("u", 0x80_0000, 0x1000));
        server.command("s", map("u", 0x80_0000, 0x1000));
        String head = server.hash("s");
        String third = hashAt(3);
        String fourth = hashAt(4);
        Reply first = delta(4);

        for (long position : new long[] {5, 4, 4, 3, 2, 1, 5, 3}) {
            assertThat(delta(position).status()).isEqualTo(200);
        }
        assertThat(delta(4).text()).isEqualTo(first.text());
        assertThat(hashAt(4)).isEqualTo(fourth);
        assertThat(hashAt(3)).isEqualTo(third);
        assertThat(hashAt(5)).isEqualTo(head);
        assertThat(server.hash("s")).isEqualTo(head);
    }

    private String hashAt(long position) throws IOException {
        return server.get("/v1/simulations/s/stats?at=" + position)
                .json()
                .path("imageHash")
                .asText();
    }

    @Test
    void a_long_delta_is_cut_and_counted_and_judged_whole() throws IOException {
        server.command("s", map("u", 0x1000_0000, 0x400_0000));
        server.command("s", unmap("u", 0x1000_0000, 0x400_0000));

        for (long position : new long[] {4, 5}) {
            JsonNode json = delta(position).json();
            assertThat(json.path("changes")).hasSize(10_000);
            assertThat(json.path("truncated").asBoolean()).isTrue();
            assertThat(json.path("words").asLong()).isGreaterThan(16_384);
            assertThat(json.path("breakBeforeMake").asText()).isEqualTo("ok");
        }
    }

    @Test
    void there_is_no_delta_before_the_first_event_or_beyond_the_head() throws IOException {
        assertThat(delta(0).status()).isEqualTo(404);
        assertThat(delta(0).problem()).isEqualTo("no-such-position");
        assertThat(delta(4).status()).isEqualTo(404);
        assertThat(delta(4).json().path("position").asLong()).isEqualTo(3);
        assertThat(server.get("/v1/simulations/t/events/1/delta").problem()).isEqualTo("no-such-simulation");
        assertThat(server.get("/v1/simulations/s/events/x/delta").status()).isEqualTo(400);
        assertThat(server.get("/v1/simulations/s/events/99999999999999999999/delta")
                        .status())
                .isEqualTo(400);
        assertThat(server.get("/v1/simulations/s/events/-1/delta").status()).isEqualTo(400);
    }

    @Test
    void the_selection_of_a_plugin_changes_no_words_and_a_model_without_rules_is_not_judged() throws IOException {
        server.command("s", TestServer.select("flat", "wide"));
        server.command("s", map("u", 0x100_0000, 0x1000));

        assertThat(delta(1).json().path("changes")).isEmpty();
        assertThat(delta(4).json().path("changes")).isEmpty();
        assertThat(delta(4).json().path("breakBeforeMake").asText()).isEqualTo("ok");
        assertThat(delta(5).json().path("words").asInt()).isEqualTo(1);
        assertThat(delta(5).json().path("breakBeforeMake").asText()).isEqualTo("not-judged");
        assertThat(delta(3).json().path("breakBeforeMake").asText()).isEqualTo("ok");
    }

    @Test
    void memory_that_is_writable_and_executable_is_counted() throws IOException {
        server.command("s", createSpace("v"));
        server.command("s", map("v", 0x40_0000, 0x3000).replace("rw-/rw-", "rw-/rwx"));
        server.command("s", map("v", 0x80_0000, 0x1000).replace("rw-/rw-", "r--/r-x"));

        JsonNode stats = server.get("/v1/simulations/s/stats").json();

        assertThat(stats.path("writableExecutableBytes").asLong()).isEqualTo(0x3000);
        assertThat(stats.path("spaces").path(0).path("writableExecutableBytes").asLong())
                .isZero();
        assertThat(stats.path("spaces").path(1).path("writableExecutableBytes").asLong())
                .isEqualTo(0x3000);
    }
}
