package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.server.api.TestServer.createSpace;
import static pagefold.server.api.TestServer.map;
import static pagefold.server.api.TestServer.select;
import static pagefold.server.api.TestServer.unmap;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.api.TestServer.Reply;

class ChangesTest {
    @TempDir
    private Path data;

    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        server = TestServer.start(data);
        server.create("s", "arm64", "4k-48");
        server.command("s", createSpace("u"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Reply changes(String query) throws IOException {
        return server.get("/v1/simulations/s/changes?" + query);
    }

    private void command(String json) throws IOException {
        Reply reply = server.command("s", json);
        assertThat(reply.status()).as(reply.text()).isEqualTo(201);
    }

    private static List<String> kinds(JsonNode difference) {
        return difference.path("kinds").valueStream().map(JsonNode::asText).toList();
    }

    @Test
    void ranges_that_are_mapped_unmapped_protected_and_lead_elsewhere_are_told_apart() throws IOException {
        command(map("u", 0x1_0000, 0x4000));
        command(map("u", 0x3_0000, 0x1000));
        command(map("u", 0x8_0000, 0x1000));
        command(unmap("u", 0x1_0000, 0x1000));
        command(map("u", 0x1_1000, 0x1000)
                .replace("\"physical\":\"0x80011000\"", "\"physical\":\"0x90000000\"")
                .replace("}}", "},\"replace\":true}"));
        command("{\"type\":\"protect-range\",\"space\":\"u\",\"range\":{\"start\":\"0x12000\",\"size\":\"0x1000\"},"
                + "\"permissions\":\"r--/r--\"}");
        command(map("u", 0x9_0000, 0x1000));

        Reply reply = changes("from=5&at=9");

        JsonNode json = reply.json();
        assertThat(reply.header("ETag")).isEqualTo("\"9\"");
        assertThat(json.path("from").asLong()).isEqualTo(5);
        assertThat(json.path("binding").path("profile").asText()).isEqualTo("4k-48");
        assertThat(json.path("differences")
                        .valueStream()
                        .map(each -> each.path("range").path("start").asText() + kinds(each)))
                .containsExactly(
                        "0x0000000000010000[only-left]",
                        "0x0000000000011000[output]",
                        "0x0000000000012000[narrower]",
                        "0x0000000000090000[only-right]");
        JsonNode moved = json.path("differences").path(1);
        assertThat(moved.path("left").path("output").path("physical").asText()).isEqualTo("0x0000000080011000");
        assertThat(moved.path("right").path("output").path("physical").asText()).isEqualTo("0x0000000090000000");
        assertThat(json.path("bytes").path("only-left").asLong()).isEqualTo(0x1000);
        assertThat(json.path("work").path("events").asLong()).isEqualTo(4);
        // Unmapped, then broken and made, then protected, then made.
        assertThat(json.path("work").path("words").asLong()).isGreaterThanOrEqualTo(5);
        assertThat(json.path("tables").path("count").asLong()).isEqualTo(4);
    }

    @Test
    void the_words_are_those_that_differ_between_the_two_images() throws IOException {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        command(map("u", 0, 0x1000));
        for (int i = 0; i < 60; i++) {
            long start = random.nextLong(64) << 12 | random.nextLong(3) << 30;
            long size = (1 + random.nextLong(8)) << 12;
            command(
                    random.nextInt(3) == 0
                            ? unmap("u", start, size).replace("}}", "},\"holes\":true}")
                            : map("u", start, size).replace("}}", "},\"replace\":true}"));
        }
        for (int i = 0; i < 12; i++) {
            long from = 2 + random.nextLong(61);
            long at = from + random.nextLong(64 - from);

            Map<String, String> expected = words(from);
            Map<String, String> later = words(at);
            expected.keySet().forEach(address -> later.putIfAbsent(address, ZERO));
            later.forEach((address, word) -> expected.merge(address, ZERO + word, (old, unused) -> old + word));
            expected.values().removeIf(pair -> pair.substring(0, 18).equals(pair.substring(18)));
            JsonNode json = changes("from=" + from + "&at=" + at).json();
            Map<String, String> found = new TreeMap<>();
            json.path("tables")
                    .path("words")
                    .forEach(word -> found.put(
                            word.path("address").asText(),
                            word.path("old").asText() + word.path("new").asText()));

            assertThat(found).as("seed %s, from %s to %s", seed, from, at).isEqualTo(expected);
            assertThat(json.path("work").path("words").asLong()).isGreaterThanOrEqualTo(expected.size());
        }
    }

    private static final String ZERO = "0x0000000000000000";

    private Map<String, String> words(long at) throws IOException {
        Map<String, String> words = new TreeMap<>();
        JsonNode tables =
                server.get("/v1/simulations/s/spaces/u/tables?at=" + at).json().path("tables");
        for (JsonNode table : tables) {
            long address = Long.decode(table.path("address").asText());
            JsonNode whole = server.get(
                            "/v1/simulations/s/tables/" + table.path("address").asText() + "?at=" + at)
                    .json()
                    .path("words");
            for (int i = 0; i < whole.size(); i++) {
                words.put("0x%016x".formatted(address + 8L * i), whole.get(i).asText());
            }
        }
        words.values().removeIf(ZERO::equals);
        return words;
    }

    @Test
    void both_positions_are_seen_through_the_plugin_of_the_later_one_or_the_one_that_is_named() throws IOException {
        command(map("u", 0x1_0000, 0x1_0000));
        command(select("arm32", "lpae"));
        command(map("u", 0x4_0000, 0x1_0000));

        JsonNode bound = changes("from=3&at=5").json();
        JsonNode named = changes("from=3&at=5&plugin=arm64&profile=64k-48&coarsening=widen")
                .json();

        assertThat(bound.path("binding").path("plugin").asText()).isEqualTo("arm32");
        assertThat(bound.path("differences")).hasSize(1);
        assertThat(bound.path("tables").path("count").asLong()).isEqualTo(16);
        assertThat(named.path("binding").path("profile").asText()).isEqualTo("64k-48");
        assertThat(named.path("differences")).hasSize(1);
        assertThat(named.path("tables").path("count").asLong()).isEqualTo(1);
        assertThat(changes("from=3&plugin=arm64&profile=64k-48").status()).isEqualTo(200);
    }

    @Test
    void a_space_may_come_and_go_between_the_positions() throws IOException {
        command(map("u", 0x1_0000, 0x1000));
        command("{\"type\":\"destroy-space\",\"space\":\"u\"}");
        command(createSpace("v"));

        JsonNode json = changes("from=3&space=u").json();

        assertThat(json.path("differences").valueStream().map(ChangesTest::kinds))
                .containsExactly(List.of("only-left"));
        assertThat(json.path("tables").path("gone").asLong()).isEqualTo(4);
        assertThat(changes("from=4&space=u").status()).isEqualTo(410);
        assertThat(changes("from=3&space=w").problem()).isEqualTo("no-such-space");
    }

    @Test
    void positions_that_are_not_there_or_the_wrong_way_round_are_refused() throws IOException {
        assertThat(changes("from=2&at=2").json().path("count").asLong()).isZero();
        assertThat(changes("from=1&at=2").status()).isEqualTo(200);
        assertThat(changes("at=2").status()).isEqualTo(400);
        assertThat(changes("from=0&at=2").status()).isEqualTo(400);
        assertThat(changes("from=2&at=1").problem()).isEqualTo("invalid-parameter");
        assertThat(changes("from=3").problem()).isEqualTo("no-such-position");
        assertThat(changes("from=1&at=3").problem()).isEqualTo("no-such-position");
        assertThat(changes("from=1&plugin=arm64").problem()).isEqualTo("invalid-parameter");
        assertThat(server.get("/v1/simulations/t/changes?from=1").problem()).isEqualTo("no-such-simulation");
    }
}
