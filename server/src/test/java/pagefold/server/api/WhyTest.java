package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.server.api.TestServer.createSpace;
import static pagefold.server.api.TestServer.map;
import static pagefold.server.api.TestServer.select;
import static pagefold.server.api.TestServer.unmap;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.model.Hex;
import pagefold.server.api.TestServer.Reply;

class WhyTest {
    @TempDir
    private Path data;

    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        server = TestServer.start(data);
        server.create("s", "arm64", "4k-48");
        command(createSpace("u"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void command(String json) throws IOException {
        Reply reply = server.command("s", json);
        assertThat(reply.status()).as(reply.text()).isEqualTo(201);
    }

    private Reply why(String space, long va, String query) throws IOException {
        return server.get("/v1/simulations/s/spaces/%s/why?va=0x%x%s".formatted(space, va, query));
    }

    private static String range(String name, long start, long size) {
        return "\"%s\":{\"start\":\"0x%x\",\"size\":\"0x%x\"}".formatted(name, start, size);
    }

    private static String protect(String space, long start, long size, String permissions) {
        return "{\"type\":\"protect-range\",\"space\":\"%s\",%s,\"permissions\":\"%s\"}"
                .formatted(space, range("range", start, size), permissions);
    }

    private static String move(String space, long from, long to, long size) {
        return "{\"type\":\"move-range\",\"space\":\"%s\",%s,%s,\"replace\":true}"
                .formatted(space, range("from", from, size), range("to", to, size));
    }

    private static String kernelMap(long start) {
        return map("k", start, 0x1000).replace("\"rw-/rw-\"", "\"rw-/---\",\"global\":true");
    }

    private static String fork(String space, String child) {
        return "{\"type\":\"fork-space\",\"parent\":\"%s\",\"child\":\"%s\"}".formatted(space, child);
    }

    private static List<Long> positions(JsonNode events) {
        return events.valueStream().map(each -> each.path("position").asLong()).toList();
    }

    private static List<Long> writers(JsonNode why) {
        return why.path("steps")
                .valueStream()
                .filter(step -> !step.path("folded").asBoolean())
                .map(step -> step.path("written").path("position").asLong())
                .toList();
    }

    @Test
    void every_word_names_the_event_that_wrote_it_last() throws IOException {
        command(map("u", 0x40_0000, 0x4000));
        command(map("u", 0x4000_0000, 0x1000));
        command(protect("u", 0x40_1000, 0x1000, "r--/r--"));
        command(map("u", 0x41_0000, 0x1000));

        JsonNode why = why("u", 0x40_1000, "").json();

        assertThat(writers(why)).containsExactly(3L, 3L, 3L, 5L);
        assertThat(why.path("steps").path(0).path("written").path("type").asText())
                .isEqualTo("range-mapped");
        assertThat(positions(why.path("shaped"))).containsExactly(3L, 5L);
        assertThat(writers(why("u", 0x40_1000, "&at=4").json())).containsExactly(3L, 3L, 3L, 3L);
        assertThat(writers(why("u", 0x4000_0000, "").json())).containsExactly(3L, 4L, 4L, 4L);
    }

    @Test
    void a_word_that_nobody_wrote_since_its_table_was_made_names_the_maker() throws IOException {
        command(map("u", 0x40_0000, 0x4000));
        command(unmap("u", 0x40_0000, 0x4000));
        command(map("u", 0x40_2000, 0x1000));

        JsonNode never = why("u", 0x40_0000, "").json();
        JsonNode root = why("u", 1L << 39, "").json();

        assertThat(writers(never)).containsExactly(5L, 5L, 5L, 0L);
        assertThat(never.path("steps").path(4).path("made").path("position").asLong())
                .isEqualTo(5);
        assertThat(positions(never.path("shaped"))).containsExactly(4L);
        assertThat(root.path("steps").path(0).path("made").path("position").asLong())
                .isEqualTo(2);
        assertThat(positions(root.path("shaped"))).containsExactly(2L);
    }

    @Test
    void the_region_is_followed_through_moves_and_forks() throws IOException {
        String heap = map("u", 0x40_0000, 0x4000)
                .replaceFirst(
                        "\\{\"physical\":[^}]*}", "{\"object\":\"heap\",\"offset\":\"0x0\",\"sharing\":\"private\"}");
        command(heap);
        command(fork("u", "other"));
        command(fork("u", "child"));
        command(map("u", 0x80_0000, 0x1000));
        command(move("child", 0x40_0000, 0x100_0000, 0x2000));
        command(protect("child", 0x100_1000, 0x1000, "r--/r--"));
        command(protect("child", 0x100_0000, 0x1000, "r--/r--"));

        assertThat(positions(why("child", 0x100_1000, "").json().path("shaped")))
                .containsExactly(3L, 4L, 5L, 7L, 8L);
        assertThat(positions(why("u", 0x40_1000, "").json().path("shaped"))).containsExactly(3L, 4L);
        assertThat(positions(why("child", 0x40_0000, "").json().path("shaped"))).containsExactly(7L);
    }

    @Test
    void another_plugin_has_writers_of_its_own() throws IOException {
        command(map("u", 0x40_0000, 0x4000));
        command(map("u", 0x40_4000, 0x4000));
        command(select("arm32", "lpae"));
        command(protect("u", 0x40_0000, 0x1000, "r--/r--"));

        assertThat(writers(why("u", 0x40_0000, "").json())).containsExactly(3L, 3L, 6L);
        assertThat(writers(why("u", 0x40_4000, "").json())).containsExactly(3L, 3L, 4L);
        assertThat(writers(why("u", 0x40_4000, "&at=4").json())).containsExactly(3L, 3L, 3L, 4L);
        assertThat(writers(why("u", 0x40_4000, "&plugin=arm64&profile=64k-48&coarsening=widen")
                        .json()))
                .containsExactly(3L, 3L, 3L);
    }

    @Test
    void random_histories_agree_with_the_deltas_of_all_events() throws IOException {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        List<String> spaces = new ArrayList<>(List.of("u"));
        int accepted = 2;
        while (accepted < 70) {
            String space = spaces.get(random.nextInt(spaces.size()));
            long start = random.nextLong(16) << 12 | random.nextLong(3) << 21 | random.nextLong(2) << 30;
            long size = (1 + random.nextLong(6)) << 12;
            String child = "c" + accepted;
            int kind = random.nextInt(spaces.size() < 4 ? 12 : 11);
            String json = switch (kind) {
                case 0, 1, 2, 3 -> unmap(space, start, size).replace("}}", "},\"holes\":true}");
                case 4 -> protect(space, start, 0x1000, "r--/r--");
                case 5 -> move(space, start, start ^ 1 << 21, 0x1000);
                case 11 -> fork(space, child);
                default -> map(space, start, size).replace("}}", "},\"replace\":true}");
            };
            if (server.command("s", json).status() == 201) {
                accepted++;
                if (kind == 11) {
                    spaces.add(child);
                }
            }
        }
        Oracle oracle = new Oracle();
        for (long position = 1; position <= accepted; position++) {
            oracle.take(position);
            for (int i = 0; i < 3; i++) {
                String space = spaces.get(random.nextInt(spaces.size()));
                long va = random.nextLong(16) << 12 | random.nextLong(3) << 21 | random.nextLong(2) << 30;
                Reply reply = why(space, va, "&at=" + position);
                if (reply.status() == 200) {
                    oracle.check(reply.json(), "seed " + seed + ", " + space + " at " + position);
                }
            }
        }
    }

    /** The last writer of every word, from the deltas of all events; where a table is linked, its page begins anew. */
    private final class Oracle {
        private static final long POINTER = 0x0000_ffff_ffff_f000L;

        private final Map<Long, Long> writers = new HashMap<>();
        private final Map<Long, Long> makers = new HashMap<>();
        private final Set<Long> zeroes = new HashSet<>();

        void take(long position) throws IOException {
            JsonNode delta = server.get("/v1/simulations/s/events/" + position + "/delta")
                    .json();
            String type = delta.path("event").path("type").asText();
            if (type.equals("space-created") || type.equals("space-forked")) {
                String name = delta.path("event")
                        .path(type.equals("space-created") ? "space" : "child")
                        .asText();
                begin(
                        Long.decode(server.get("/v1/simulations/s/spaces/" + name + "/tables?at=" + position)
                                .json()
                                .path("tables")
                                .path(0)
                                .path("address")
                                .asText()),
                        position);
            }
            for (JsonNode change : delta.path("changes")) {
                JsonNode wrote = change.path("wrote");
                if (!wrote.isMissingNode()) {
                    long address = Long.decode(wrote.path("address").asText());
                    long oldWord = Hex.parse(wrote.path("old").asText());
                    long newWord = Hex.parse(wrote.path("new").asText());
                    writers.put(address, position);
                    zeroes.remove(address);
                    if (newWord == 0) {
                        zeroes.add(address);
                    }
                    boolean isLink = wrote.path("level").asInt() < 3 && (newWord & 3) == 3;
                    if (isLink && ((oldWord & 3) != 3 || (oldWord & POINTER) != (newWord & POINTER))) {
                        begin(newWord & POINTER, position);
                    }
                }
            }
        }

        private void begin(long table, long position) {
            makers.put(table, position);
            writers.entrySet()
                    .removeIf(word -> (word.getKey() & POINTER) == table
                            && (word.getValue() < position || zeroes.contains(word.getKey())));
        }

        void check(JsonNode why, String what) {
            for (JsonNode step : why.path("steps")) {
                if (!step.path("folded").asBoolean()) {
                    Long writer = writers.get(Long.decode(step.path("entry").asText()));
                    Long maker = makers.get(Long.decode(step.path("table").asText()));
                    assertThat(step.path("written").path("position").asLong())
                            .as("%s: %s", what, step)
                            .isEqualTo(writer == null ? 0 : writer);
                    assertThat(step.path("made").path("position").asLong())
                            .as("%s: %s", what, step)
                            .isEqualTo(writer == null ? maker : 0);
                }
            }
        }
    }

    @Test
    void what_is_not_there_is_said() throws IOException {
        command(createSpace("w"));
        command("{\"type\":\"destroy-space\",\"space\":\"w\"}");

        assertThat(why("w", 0, "").status()).isEqualTo(410);
        assertThat(why("w", 0, "&at=3").status()).isEqualTo(200);
        assertThat(why("nope", 0, "").problem()).isEqualTo("no-such-space");
        assertThat(why("u", 0, "&at=9").problem()).isEqualTo("no-such-position");
        assertThat(why("u", 0, "&stage2=u").problem()).isEqualTo("no-second-stage");
        assertThat(why("u", 0, "&stage2=nope").problem()).isEqualTo("no-such-space");
        assertThat(why("u", 0, "&plugin=arm64&profile=nope").status()).isEqualTo(422);
        assertThat(server.get("/v1/simulations/s/spaces/u/why").status()).isEqualTo(400);
        assertThat(server.get("/v1/simulations/t/spaces/u/why?va=0x0").problem())
                .isEqualTo("no-such-simulation");
    }

    @Test
    void an_address_of_the_kernel_that_a_process_carries_has_the_kernels_region_and_how_the_entry_came()
            throws IOException {
        server.create("s32", "arm32", "classic");
        List<String> commands = List.of(
                createSpace("u"),
                createSpace("k").replace("user", "kernel"),
                "{\"type\":\"attach-kernel\",\"space\":\"u\",\"kernel\":\"k\"}",
                kernelMap(0xd080_0000L),
                map("u", 0x40_0000, 0x1000),
                "{\"type\":\"touch-range\",\"space\":\"u\",%s,\"access\":\"read\",\"privilege\":\"privileged\"}"
                        .formatted(range("range", 0xd080_0000L, 0x1000)),
                kernelMap(0xd080_1000L),
                protect("k", 0xd080_0000L, 0x1000, "r--/---"),
                fork("u", "v"));
        for (String command : commands) {
            Reply reply = server.command("s32", command);
            assertThat(reply.status()).as(reply.text()).isEqualTo(201);
        }

        JsonNode parent =
                server.get("/v1/simulations/s32/spaces/u/why?va=0xd0800000").json();
        assertThat(positions(parent.path("shaped"))).containsExactly(4L, 5L, 7L, 9L);
        assertThat(parent.path("count").asLong()).isEqualTo(4);
        assertThat(writers(parent)).containsExactly(7L, 9L);

        JsonNode child =
                server.get("/v1/simulations/s32/spaces/v/why?va=0xd0800000").json();
        assertThat(positions(child.path("shaped"))).containsExactly(5L, 9L, 10L);
        assertThat(writers(child)).containsExactly(10L, 9L);
        // What the process itself maps is not the kernel's.
        assertThat(positions(server.get("/v1/simulations/s32/spaces/u/why?va=0x400000")
                        .json()
                        .path("shaped")))
                .containsExactly(6L);
        assertThat(positions(server.get("/v1/simulations/s32/spaces/u/why?va=0xd0800000&at=5")
                        .json()
                        .path("shaped")))
                .containsExactly(4L, 5L);
    }
}
