package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.server.api.TestServer.createSpace;
import static pagefold.server.api.TestServer.map;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.api.TestServer.Reply;

/** Processes that carry a kernel, by the public interface. */
class CarriedKernelTest {
    private static final String KERNEL = "{\"type\":\"create-space\",\"space\":\"k\",\"kind\":\"kernel\"}";
    private static final String ATTACH = "{\"type\":\"attach-kernel\",\"space\":\"p\",\"kernel\":\"k\"}";

    @TempDir
    private Path data;

    private static String kernelMap(long start, long size) {
        return ("{\"type\":\"map-range\",\"space\":\"k\",\"range\":{\"start\":\"0x%x\",\"size\":\"0x%x\"},"
                        + "\"output\":{\"physical\":\"0x60000000\"},"
                        + "\"attributes\":{\"permissions\":\"rw-/---\",\"global\":true,\"blocks\":true}}")
                .formatted(start, size);
    }

    private static String touch(long start) {
        return ("{\"type\":\"touch-range\",\"space\":\"p\",\"range\":{\"start\":\"0x%x\",\"size\":\"0x1000\"},"
                        + "\"access\":\"read\",\"privilege\":\"privileged\"}")
                .formatted(start);
    }

    private static String copy(long start, long size) {
        return "{\"type\":\"copy-kernel-entries\",\"space\":\"p\",\"range\":{\"start\":\"0x%x\",\"size\":\"0x%x\"}}"
                .formatted(start, size);
    }

    private static String protect(long start) {
        return ("{\"type\":\"protect-kernel-entries\",\"space\":\"p\",\"range\":{\"start\":\"0x%x\","
                        + "\"size\":\"0x100000\"},\"permissions\":\"r-x/---\"}")
                .formatted(start);
    }

    private static List<String> history() {
        return List.of(
                KERNEL,
                createSpace("p"),
                map("p", 0x1_0000, 0x1000),
                kernelMap(0xc000_0000L, 0x20_0000),
                ATTACH,
                kernelMap(0xd080_0000L, 0x1000),
                touch(0xd080_0000L),
                "{\"type\":\"fork-space\",\"parent\":\"p\",\"child\":\"q\"}",
                protect(0xc000_0000L),
                "{\"type\":\"unmap-range\",\"space\":\"k\",\"range\":{\"start\":\"0xd0800000\",\"size\":\"0x1000\"}}",
                kernelMap(0xd080_0000L, 0x20_0000),
                copy(0xd080_0000L, 0x2f00_0000L));
    }

    @Test
    void a_restart_after_every_event_gives_the_same_tables_and_so_does_the_past() throws IOException {
        List<String> hashes = new ArrayList<>();
        try (TestServer server = TestServer.start(data)) {
            server.create("s", "arm32", "classic");
        }
        for (String command : history()) {
            try (TestServer server = TestServer.start(data)) {
                Reply reply = server.command("s", command);
                assertThat(reply.status()).as(reply.text()).isEqualTo(201);
                hashes.add(server.hash("s"));
            }
        }
        try (TestServer server = TestServer.start(data)) {
            for (int i = 0; i < hashes.size(); i++) {
                assertThat(server.get("/v1/simulations/s/stats?at=" + (i + 2))
                                .json()
                                .path("imageHash")
                                .asText())
                        .isEqualTo(hashes.get(i));
            }
            JsonNode spaces = server.get("/v1/simulations/s/spaces").json().path("spaces");
            assertThat(spaces.path(0).has("kernel")).isFalse();
            assertThat(spaces.path(1).path("kernel").asText()).isEqualTo("k");
            assertThat(spaces.path(2).path("kernel").asText()).isEqualTo("k");
        }
    }

    @Test
    void one_batch_leads_to_the_tables_of_single_commands() throws IOException {
        try (TestServer server = TestServer.start(data)) {
            server.create("one", "arm32", "classic");
            server.create("all", "arm32", "classic");
            for (String command : history()) {
                server.command("one", command);
            }

            Reply reply = server.command("all", "[" + String.join(",", history()) + "]");

            assertThat(reply.status()).as(reply.text()).isEqualTo(201);
            assertThat(server.hash("all")).isEqualTo(server.hash("one"));
        }
    }

    @Test
    void a_plugin_without_the_capability_names_the_cause_and_not_what_follows_from_it() throws IOException {
        try (TestServer server = TestServer.start(data)) {
            server.create("s", "arm32", "classic");
            server.command("s", "[" + String.join(",", history()) + "]");
            String before = server.hash("s");

            Reply refused = swap(server, "arm64", "4k-48");

            assertThat(refused.problem()).isEqualTo("plugin-cannot-hold-history");
            List<Long> positions = new ArrayList<>();
            for (JsonNode each : refused.json().path("refused")) {
                positions.add(each.path("position").asLong());
            }
            // What is mapped at a kernel's addresses of 32 bits is none of arm64's, either.
            assertThat(positions).containsExactly(5L, 6L, 7L, 12L);
            assertThat(refused.json().path("refused").path(1).toString()).contains("KERNEL_ENTRIES");
            assertThat(server.hash("s")).isEqualTo(before);
            assertThat(server.command("s", "{\"type\":\"destroy-space\",\"space\":\"k\"}")
                            .problem())
                    .isEqualTo("carried-kernel");
        }
    }

    @Test
    void a_swap_to_the_other_layout_and_back_gives_the_bytes_back() throws IOException {
        try (TestServer server = TestServer.start(data)) {
            server.create("s", "arm32", "classic");
            server.command("s", "[" + String.join(",", history().subList(0, 8)) + "]");
            String before = server.hash("s");

            assertThat(swap(server, "arm32", "lpae").status()).isEqualTo(201);
            assertThat(server.hash("s")).isNotEqualTo(before);
            assertThat(server.command("s", touch(0xd080_0000L)).status()).isEqualTo(201);
            assertThat(swap(server, "arm32", "classic").status()).isEqualTo(201);

            assertThat(server.hash("s")).isEqualTo(before);
            assertThat(server.command("s", copy(0xd080_0000L, 0x2f00_0000L)).status())
                    .isEqualTo(201);
        }
    }

    private static Reply swap(TestServer server, String plugin, String profile) throws IOException {
        String binding = "{\"plugin\":\"" + plugin + "\",\"profile\":\"" + profile + "\"}";
        return server.post("/v1/simulations/s/swap", TestServer.JSON, binding);
    }
}
