package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.server.api.TestServer.createSpace;
import static pagefold.server.api.TestServer.map;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.model.Hex;
import pagefold.model.Permissions;
import pagefold.server.api.TestServer.Reply;

class CompareTest {
    private static final long PAGE = 0x1000;

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

    private static String backed(long start, long size, String offset, String permissions, String hints) {
        return ("{\"type\":\"map-range\",\"space\":\"u\",\"range\":{\"start\":\"0x%x\",\"size\":\"0x%x\"},\"output\":"
                        + "{\"object\":\"o\",\"offset\":\"%s\",\"sharing\":\"shared\"},\"attributes\":"
                        + "{\"permissions\":\"%s\"%s}}")
                .formatted(start, size, offset, permissions, hints);
    }

    private JsonNode compare(String with) throws IOException {
        Reply reply = server.get("/v1/simulations/s/compare?with=" + with);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json().path("candidates");
    }

    @Test
    void a_candidate_costs_what_a_simulation_with_it_costs() throws IOException {
        String history = "[" + createSpace("u") + "," + map("u", 0x40_0000, 0x3_0000) + ","
                + map("u", 0x7f00_0000_0000L, 0x20_0000) + "," + createSpace("v") + "," + map("v", 0x10_0000, 0x1_0000)
                + "]";
        server.create("s", "arm64", "4k-48");
        server.command("s", history);
        server.create("t", "arm64", "64k-48");
        server.command("t", history);

        JsonNode all = compare("arm64:64k-48");
        JsonNode ofV = server.get("/v1/simulations/s/compare?with=arm64:64k-48&space=v")
                .json();

        assertThat(all).hasSize(2);
        sameCosts(all.path(0).path("figures"), "s", List.of("u", "v"));
        sameCosts(all.path(1).path("figures"), "t", List.of("u", "v"));
        sameCosts(ofV.path("candidates").path(1).path("figures"), "t", List.of("v"));
        assertThat(all.path(0).path("bound").asBoolean()).isTrue();
        assertThat(all.path(1).path("bound").asBoolean()).isFalse();
        assertThat(all.path(1).path("inexact").path("count").asLong()).isZero();
    }

    private void sameCosts(JsonNode figures, String simulation, List<String> spaces) throws IOException {
        long tables = 0;
        long bytes = 0;
        long mapped = 0;
        long leaves = 0;
        JsonNode stats = server.get("/v1/simulations/" + simulation + "/stats").json();
        for (JsonNode space : stats.path("spaces")) {
            if (spaces.contains(space.path("space").asText())) {
                tables += space.path("tables").asLong();
                bytes += space.path("tableBytes").asLong();
                mapped += space.path("mappedBytes").asLong();
                for (JsonNode level : space.path("leaves")) {
                    leaves += level.path("count").asLong();
                }
            }
        }
        assertThat(figures.path("tables").asLong()).isEqualTo(tables);
        assertThat(figures.path("tableBytes").asLong()).isEqualTo(bytes);
        assertThat(figures.path("mappedBytes").asLong()).isEqualTo(mapped);
        assertThat(figures.path("leaves")
                        .valueStream()
                        .mapToLong(each -> each.path("count").asLong())
                        .sum())
                .isEqualTo(leaves);
    }

    @Test
    void a_tlb_holds_a_leaf_or_a_contiguous_run_in_an_entry() throws IOException {
        server.create("s", "arm64", "4k-48");
        String hints = ",\"blocks\":true,\"contiguous\":true";
        server.command("s", createSpace("u"));
        server.command("s", map("u", 0x20_0000, 0x21_1000).replace("\"rw-/rw-\"", "\"rw-/rw-\"" + hints));

        JsonNode figures = server.get("/v1/simulations/s/compare?with=arm64:4k-48&tlb=2")
                .json()
                .path("candidates")
                .path(1)
                .path("figures");

        // A block of 2M, a run of 64K and a page.
        assertThat(figures.path("contiguousRuns").asLong()).isEqualTo(1);
        assertThat(figures.path("tlb").path("neededEntries").asLong()).isEqualTo(3);
        assertThat(figures.path("tlb").path("reachBytes").asLong()).isEqualTo(0x21_0000);
        assertThat(figures.path("leaves")
                        .valueStream()
                        .map(each -> each.path("count").asLong()))
                .containsExactly(1L, 17L);
    }

    @Test
    void what_a_larger_page_takes_and_grants_too_much_is_counted() throws IOException {
        server.create("s", "arm64", "4k-48");
        server.command("s", createSpace("u"));
        server.command("s", backed(0x40_0000, PAGE, "0x0", "r--/r--", ""));
        server.command("s", backed(0x40_1000, PAGE, "0x1000", "rw-/rw-", ""));

        JsonNode exact = compare("arm64:64k-48:reject").path(1);
        JsonNode wide = compare("arm64:64k-48").path(1);

        assertThat(exact.path("leftOut").path("count").asLong()).isEqualTo(2);
        assertThat(exact.path("figures").path("mappedBytes").asLong()).isZero();
        assertThat(wide.path("coarsening").asText()).isEqualTo("widen");
        assertThat(wide.path("inexact").path("count").asLong()).isEqualTo(2);
        JsonNode event = wide.path("inexact").path("events").path(0);
        assertThat(event.path("position").asLong()).isEqualTo(3);
        assertThat(event.path("type").asText()).isEqualTo("range-mapped");
        assertThat(event.path("range").path("start").asText()).isEqualTo(Hex.address(0x40_0000));
        assertThat(event.path("reason").asText()).isEqualTo("misaligned");
        assertThat(wide.path("leftOut").path("count").asLong()).isZero();
        JsonNode figures = wide.path("figures");
        assertThat(figures.path("mappedBytes").asLong()).isEqualTo(0x1_0000);
        assertThat(figures.path("overMappedBytes").asLong()).isEqualTo(0x1_0000 - 2 * PAGE);
        assertThat(figures.path("widenedPermissionBytes").asLong()).isEqualTo(PAGE);
    }

    @Test
    void over_mapped_bytes_are_those_that_statistics_of_the_candidate_count() throws IOException {
        String widened = "{\"name\":\"t\",\"plugin\":\"arm64\",\"profile\":\"64k-48\",\"coarsening\":\"widen\"}";
        String[] history = {
            createSpace("u"),
            backed(0x40_0000, PAGE, "0x0", "r--/r--", ""),
            backed(0x40_2000, 3 * PAGE, "0x2000", "rw-/rw-", ""),
            backed(0x42_f000, 2 * PAGE, "0x2f000", "rw-/rw-", ""),
            "{\"type\":\"unmap-range\",\"space\":\"u\",\"range\":{\"start\":\"0x403000\",\"size\":\"0x1000\"}}",
            "{\"type\":\"unmap-range\",\"space\":\"u\",\"range\":{\"start\":\"0x42f000\",\"size\":\"0x1000\"}}",
        };
        // What each event leaves of the pages of 64K: none, one with 4K, with 16K, then two more, and less of them.
        long[] expected = {0, 0xf000, 0xc000, 0xc000 + 0x1_e000, 0xd000 + 0x1_e000, 0xd000 + 0xf000};
        server.create("s", "arm64", "4k-48");
        server.post("/v1/simulations", TestServer.JSON, widened);

        for (int i = 0; i < history.length; i++) {
            assertThat(server.command("s", history[i]).status()).isEqualTo(201);
            assertThat(server.command("t", history[i]).status()).isEqualTo(201);

            JsonNode figures = compare("arm64:64k-48").path(1).path("figures");
            JsonNode stats = server.get("/v1/simulations/t/stats").json();

            assertThat(figures.path("overMappedBytes").asLong())
                    .as(history[i])
                    .isEqualTo(stats.path("overMappedBytes").asLong(-1))
                    .isEqualTo(expected[i]);
            assertThat(figures.path("widenedPermissionBytes").asLong())
                    .as(history[i])
                    .isEqualTo(stats.path("widenedPermissionBytes").asLong(-1));
        }
    }

    @Test
    void what_does_not_fit_at_all_is_left_out_and_named() throws IOException {
        server.create("s", "arm64", "4k-48");
        server.command("s", createSpace("u"));
        server.command("s", map("u", 0x40_0000, PAGE));
        server.command("s", map("u", 1L << 40, PAGE));

        JsonNode row = compare("arm32:lpae").path(1);

        assertThat(row.path("leftOut").path("count").asLong()).isEqualTo(1);
        JsonNode event = row.path("leftOut").path("events").path(0);
        assertThat(event.path("position").asLong()).isEqualTo(4);
        assertThat(event.path("reason").asText()).isEqualTo("input-out-of-range");
        assertThat(row.path("figures").path("mappedBytes").asLong()).isEqualTo(PAGE);
    }

    @Test
    void earlier_positions_are_compared_as_they_were() throws IOException {
        server.create("s", "arm64", "4k-48");
        server.command("s", createSpace("u"));
        server.command("s", map("u", 0x40_0000, PAGE));
        server.command("s", "{\"type\":\"destroy-space\",\"space\":\"u\"}");

        Reply then = server.get("/v1/simulations/s/compare?with=arm64:16k-47&at=3");
        Reply now = server.get("/v1/simulations/s/compare?with=arm64:16k-47&space=u");

        assertThat(then.header("ETag")).isEqualTo("\"3\"");
        assertThat(then.json()
                        .path("candidates")
                        .path(0)
                        .path("figures")
                        .path("mappedBytes")
                        .asLong())
                .isEqualTo(PAGE);
        assertThat(now.status()).isEqualTo(410);
        assertThat(now.json().path("lastPosition").asLong()).isEqualTo(3);
    }

    @Test
    void what_cannot_be_asked_is_refused_with_a_reason() throws IOException {
        server.create("s", "arm64", "4k-48");

        assertThat(problem("compare")).isEqualTo("invalid-parameter");
        assertThat(problem("compare?with=arm64")).isEqualTo("invalid-parameter");
        assertThat(problem("compare?with=arm64:4k-48:wider")).isEqualTo("invalid-parameter");
        assertThat(problem("compare?with=" + "arm64:4k-48,".repeat(16) + "arm64:4k-48"))
                .isEqualTo("invalid-parameter");
        assertThat(problem("compare?with=arm64:4k-48&tlb=0")).isEqualTo("invalid-parameter");
        assertThat(problem("compare?with=arm64:4k-4")).isEqualTo("no-such-plugin");
        assertThat(problem("compare?with=arm64:4k-48&space=u")).isEqualTo("no-such-space");
        assertThat(problem("compare?with=arm64:4k-48&at=2")).isEqualTo("no-such-position");
        assertThat(problem("diff")).isEqualTo("invalid-parameter");
        assertThat(problem("diff?right=arm64@9:4k-48")).isEqualTo("no-such-plugin");
        assertThat(server.get("/v1/simulations/t/compare?with=arm64:4k-48").problem())
                .isEqualTo("no-such-simulation");
    }

    private String problem(String query) throws IOException {
        return server.get("/v1/simulations/s/" + query).problem();
    }

    @Test
    void a_profile_does_not_differ_from_itself() throws IOException {
        server.create("s", "arm64", "4k-48");
        server.command("s", "[" + createSpace("u") + "," + map("u", 0x40_0000, 0x20_0000) + "]");

        JsonNode diff = server.get("/v1/simulations/s/diff?right=arm64:4k-48").json();

        assertThat(diff.path("count").asLong()).isZero();
        assertThat(diff.path("bytes").isEmpty()).isTrue();
    }

    @Test
    void differences_are_those_that_walks_of_every_page_show() throws IOException {
        String[] history = {
            createSpace("u"),
            backed(0x40_0000, PAGE, "0x0", "r--/r--", ""),
            backed(0x40_1000, PAGE, "0x1000", "rw-/rw-", ""),
            backed(0x40_8000, 4 * PAGE, "0x8000", "r--/r-x", ""),
            map("u", 0x41_0000, 0x1_0000),
            backed(0x42_0000, 0x1_0000, "0x40000", "rw-/rw-", ",\"contiguous\":true"),
            backed(0x60_0000, PAGE, "0x100000", "---/---", ""),
        };
        server.create("s", "arm64", "4k-48");
        server.post(
                "/v1/simulations",
                TestServer.JSON,
                "{\"name\":\"t\",\"plugin\":\"arm64\",\"profile\":\"64k-48\",\"coarsening\":\"widen\"}");
        for (String command : history) {
            assertThat(server.command("s", command).status()).isEqualTo(201);
            assertThat(server.command("t", command).status()).isEqualTo(201);
        }

        JsonNode diff =
                server.get("/v1/simulations/s/diff?right=arm64:64k-48&space=u").json();

        assertThat(diff.path("right").path("coarsening").asText()).isEqualTo("widen");
        assertThat(diff.path("count").asLong())
                .isEqualTo(diff.path("differences").size())
                .isGreaterThan(3);
        for (long address = 0x3f_0000; address < 0x61_0000; address += PAGE) {
            assertThat(kinds(diff, address)).as(Hex.address(address)).isEqualTo(expected(address));
        }
    }

    private static Set<String> kinds(JsonNode diff, long address) {
        Set<String> kinds = new TreeSet<>();
        for (JsonNode each : diff.path("differences")) {
            long start = Hex.parse(each.path("range").path("start").asText());
            long size = Hex.parse(each.path("range").path("size").asText());
            if (address >= start && address < start + size) {
                kinds.addAll(
                        each.path("kinds").valueStream().map(JsonNode::asText).collect(Collectors.toSet()));
            }
        }
        return kinds;
    }

    /** What walks of two simulations say; sizes of contiguous runs are not in them, and not needed here. */
    private Set<String> expected(long address) throws IOException {
        JsonNode left = walk("s", address);
        JsonNode right = walk("t", address);
        boolean inLeft = left.path("translated").asBoolean();
        boolean inRight = right.path("translated").asBoolean();
        if (!inLeft || !inRight) {
            return inLeft ? Set.of("only-left") : inRight ? Set.of("only-right") : Set.of();
        }
        Set<String> kinds = new TreeSet<>();
        kinds.add("coarser");
        Permissions before =
                Permissions.parse(left.path("attributes").path("permissions").asText());
        Permissions after =
                Permissions.parse(right.path("attributes").path("permissions").asText());
        if (!before.includes(after)) {
            kinds.add("wider");
        }
        if (!after.includes(before)) {
            kinds.add("narrower");
        }
        return kinds;
    }

    private JsonNode walk(String simulation, long address) throws IOException {
        return server.get("/v1/simulations/" + simulation + "/spaces/u/walk?va=" + Hex.address(address))
                .json()
                .path("outcome");
    }
}
