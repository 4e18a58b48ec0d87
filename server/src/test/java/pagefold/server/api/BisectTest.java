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
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.api.TestServer.Reply;

class BisectTest {
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

    private Reply bisect(String query) throws IOException {
        return server.get("/v1/simulations/s/bisect?" + query);
    }

    /** The position that was found; 0 for none. */
    private long first(String query) throws IOException {
        Reply reply = bisect(query);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json().path("first").asLong();
    }

    private static String mapped(String permissions) {
        return map("u", 0x40_0000, 0x1000).replace("rw-/rw-", permissions);
    }

    @Test
    void the_first_position_is_found_also_where_it_ceases_to_be_so() throws IOException {
        command(mapped("r--/r--"));
        command(unmap("u", 0x40_0000, 0x1000));
        command(mapped("rw-/rw-"));
        command(unmap("u", 0x40_0000, 0x1000));
        String access = "holds=granted&space=u&va=0x400000";

        assertThat(first(access)).isEqualTo(3);
        assertThat(first(access + "&from=4")).isEqualTo(5);
        assertThat(first(access + "&from=3")).isEqualTo(3);
        assertThat(first(access + "&from=6")).isZero();
        assertThat(first(access + "&at=2")).isZero();
        assertThat(first(access + "&access=write")).isEqualTo(5);
        assertThat(first(access + "&permissions=rw-/rw-")).isEqualTo(5);
        assertThat(first(access + "&permissions=rwx/rwx")).isZero();
        assertThat(first(access + "&output=0x80400000")).isEqualTo(3);
        assertThat(first(access + "&output=0x80400008")).isZero();
        assertThat(first(access + "&search=binary")).isZero();
        assertThat(first(access + "&search=binary&at=5")).isIn(3L, 5L);
        JsonNode found = bisect(access).json();
        assertThat(found.path("event").path("type").asText()).isEqualTo("range-mapped");
        assertThat(found.path("walk").path("outcome").path("output").asText()).isEqualTo("0x0000000080400000");
        assertThat(found.path("examined").asLong()).isEqualTo(3);
        assertThat(bisect(access + "&at=2").json().path("examined").asLong()).isEqualTo(2);
    }

    @Test
    void a_change_is_one_of_the_output_the_fault_or_the_space() throws IOException {
        command(mapped("r--/r--"));
        command("{\"type\":\"annotate\",\"text\":\"x\"}");
        command(map("u", 0x50_0000, 0x1000));
        command(unmap("u", 0x40_0000, 0x1000));
        command("{\"type\":\"destroy-space\",\"space\":\"u\"}");
        String access = "holds=changed&space=u&va=0x400000";

        assertThat(first(access)).isEqualTo(2);
        assertThat(first(access + "&from=2")).isEqualTo(3);
        assertThat(first(access + "&from=3")).isEqualTo(6);
        assertThat(first(access + "&from=3&access=write")).isEqualTo(6);
        assertThat(first(access + "&from=6")).isEqualTo(7);
        assertThat(bisect(access + "&from=6").json().has("walk")).isFalse();
        assertThat(first(access + "&from=7")).isZero();
        assertThat(first(access + "&from=3&search=binary")).isEqualTo(6);
    }

    @Test
    void a_space_that_never_was_is_no_space_to_search_in() throws IOException {
        command(mapped("r--/r--"));
        command("{\"type\":\"destroy-space\",\"space\":\"u\"}");

        for (String condition : List.of("holds=wx", "holds=granted&va=0x400000", "holds=changed&va=0x400000")) {
            assertThat(bisect(condition + "&space=typo").status()).isEqualTo(404);
            assertThat(bisect(condition + "&space=typo").problem()).isEqualTo("no-such-space");
            assertThat(bisect(condition + "&space=u&at=1").problem()).isEqualTo("no-such-space");
            assertThat(bisect(condition + "&space=u").status()).isEqualTo(200);
        }
    }

    @Test
    void a_region_is_found_by_its_attributes() throws IOException {
        command(mapped("r--/r-x"));
        command(createSpace("v"));
        command("{\"type\":\"fork-space\",\"parent\":\"u\",\"child\":\"w\"}");
        command(map("v", 0x40_0000, 0x3000));
        command("{\"type\":\"protect-range\",\"space\":\"v\",\"range\":{\"start\":\"0x401000\",\"size\":\"0x1000\"},"
                + "\"permissions\":\"rw-/rwx\"}");

        assertThat(first("holds=wx")).isEqualTo(7);
        assertThat(first("holds=wx&space=u")).isZero();
        JsonNode found = bisect("holds=wx").json();
        assertThat(found.path("space").asText()).isEqualTo("v");
        assertThat(found.path("region").path("range").path("start").asText()).isEqualTo("0x0000000000401000");
        assertThat(first("holds=region&permissions=r--/r-x")).isEqualTo(3);
        assertThat(first("holds=region&permissions=r--/r-x&space=w")).isEqualTo(5);
        assertThat(first("holds=region&memoryType=normal-wb&space=v")).isEqualTo(6);
        assertThat(first("holds=region&memoryType=device-nGnRnE")).isZero();
        assertThat(first("holds=region&permissions=rw-/rwx&memoryType=normal-wb&search=binary"))
                .isEqualTo(7);
    }

    @Test
    void another_plugin_may_have_another_answer() throws IOException {
        command(mapped("r--/r--"));
        command(select("arm32", "lpae"));
        String wide = "&plugin=arm64&profile=64k-48&coarsening=widen";

        assertThat(first("holds=granted&space=u&va=0x401000")).isZero();
        assertThat(first("holds=granted&space=u&va=0x401000" + wide)).isEqualTo(3);
        assertThat(bisect("holds=granted&space=u&va=0x400000")
                        .json()
                        .path("binding")
                        .path("plugin")
                        .asText())
                .isEqualTo("arm32");
        assertThat(bisect("holds=wx&plugin=arm64&profile=64k-48").problem()).isEqualTo("plugin-cannot-hold-history");
    }

    @Test
    void random_histories_agree_with_a_look_at_every_position() throws IOException {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        String[] permissions = {"r--/r--", "rw-/rw-", "r--/r-x", "rw-/rwx"};
        for (int i = 0; i < 40; i++) {
            long start = random.nextLong(6) << 12;
            command(
                    random.nextInt(3) == 0
                            ? unmap("u", start, 0x2000).replace("}}", "},\"holes\":true}")
                            : map("u", start, 0x2000)
                                    .replace("rw-/rw-", permissions[random.nextInt(4)])
                                    .replace("}}", "},\"replace\":true}"));
        }
        for (int i = 0; i < 20; i++) {
            long from = 2 + random.nextLong(40);
            long va = random.nextLong(8) << 12;
            long granted = 0;
            long writableExecutable = 0;
            for (long at = 42; at >= from; at--) {
                granted = server.get("/v1/simulations/s/spaces/u/walk?access=write&va=0x%x&at=%d".formatted(va, at))
                                .json()
                                .path("outcome")
                                .path("translated")
                                .asBoolean()
                        ? at
                        : granted;
                writableExecutable = server.get("/v1/simulations/s/stats?at=" + at)
                                        .json()
                                        .path("writableExecutableBytes")
                                        .asLong()
                                > 0
                        ? at
                        : writableExecutable;
            }

            String access = "holds=granted&access=write&space=u&va=0x%x&from=%d".formatted(va, from);
            assertThat(first(access)).as("seed %s: %s", seed, access).isEqualTo(granted);
            assertThat(first("holds=wx&from=" + from))
                    .as("seed %s: from %s", seed, from)
                    .isEqualTo(writableExecutable);
        }
    }

    @Test
    void a_search_that_says_too_little_is_refused() throws IOException {
        assertThat(bisect("holds=granted&space=u").problem()).isEqualTo("invalid-parameter");
        assertThat(bisect("holds=granted&va=0x0").problem()).isEqualTo("invalid-parameter");
        assertThat(bisect("holds=region").problem()).isEqualTo("invalid-parameter");
        assertThat(bisect("holds=region&permissions=rrr").problem()).isEqualTo("invalid-parameter");
        assertThat(bisect("holds=region&memoryType=wood").problem()).isEqualTo("invalid-parameter");
        assertThat(bisect("holds=nothing").status()).isEqualTo(400);
        assertThat(bisect("").status()).isEqualTo(400);
        assertThat(bisect("holds=wx&search=lucky").status()).isEqualTo(400);
        assertThat(bisect("holds=wx&from=2&at=1").status()).isEqualTo(400);
        assertThat(bisect("holds=wx&from=3").problem()).isEqualTo("no-such-position");
        assertThat(server.get("/v1/simulations/t/bisect?holds=wx").problem()).isEqualTo("no-such-simulation");
    }
}
