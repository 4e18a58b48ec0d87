package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.server.api.TestServer.createSpace;
import static pagefold.server.api.TestServer.map;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.openapi.contract.OpenAPIContract;
import io.vertx.openapi.contract.Operation;
import io.vertx.openapi.validation.ResponseValidator;
import io.vertx.openapi.validation.ValidatableResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.api.TestServer.Reply;

class ReadsTest {
    @TempDir
    private Path data;

    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        server = TestServer.start(data);
        server.create("s", "arm64", "4k-48");
        server.command("s", "[" + createSpace("u") + "," + map("u", 0x40_0000, 0x4000) + "]");
        server.command("s", map("u", 0x80_0000, 0x20_0000));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void a_walk_shows_every_level_or_the_fault() throws IOException {
        var walk = server.get("/v1/simulations/s/spaces/u/walk?va=0x400123").json();
        var fault = server.get("/v1/simulations/s/spaces/u/walk?va=0x123").json();
        var denied = server.get("/v1/simulations/s/spaces/u/walk?va=0x400000&access=execute&privilege=unprivileged")
                .json();

        assertThat(walk.path("steps")).hasSize(5);
        assertThat(walk.path("outcome").path("translated").asBoolean()).isTrue();
        assertThat(walk.path("outcome").path("output").asText()).isEqualTo("0x0000000080400123");
        assertThat(fault.path("outcome").path("fault").asText()).isEqualTo("translation");
        assertThat(denied.path("outcome").path("fault").asText()).isEqualTo("permission");
    }

    @Test
    void a_guest_is_walked_through_the_second_stage() throws IOException {
        server.command("s", """
                [{"type":"create-space","space":"vm","kind":"stage2"},
                 {"type":"map-range","space":"vm","range":{"start":"0x40000000","size":"0x200000"},
                  "output":{"physical":"0x40000000"},"attributes":{"permissions":"rw-/rw-","blocks":true}},
                 {"type":"map-range","space":"vm","range":{"start":"0x80400000","size":"0x200000"},
                  "output":{"physical":"0x140400000"},"attributes":{"permissions":"rw-/rw-","blocks":true}}]
                """);

        var through = server.get("/v1/simulations/s/spaces/u/walk?va=0x400123&stage2=vm")
                .json();
        var fault = server.get("/v1/simulations/s/spaces/u/walk?va=0x800000&stage2=vm")
                .json();
        Reply wrongKind = server.get("/v1/simulations/s/spaces/vm/walk?va=0x400123&stage2=u");
        Reply missing = server.get("/v1/simulations/s/spaces/u/walk?va=0x400123&stage2=none");

        assertThat(through.path("outcome").path("output").asText()).isEqualTo("0x0000000140400123");
        assertThat(through.path("steps").findValuesAsText("stage")).contains("1", "2");
        assertThat(through.path("par").path("register").asText()).isEqualTo("PAR_EL1");
        assertThat(through.path("par").path("value").asText()).isEqualTo("0xff00000140400b80");
        assertThat(through.has("esr")).isFalse();
        assertThat(fault.path("outcome").path("stage").asInt()).isEqualTo(2);
        assertThat(fault.path("outcome").path("onStage1Walk").asBoolean()).isFalse();
        assertThat(fault.path("esr").path("register").asText()).isEqualTo("ESR_EL2");
        assertThat(fault.path("hpfar").path("value").asText()).isEqualTo("0x0000000000808000");
        assertThat(wrongKind.status()).isEqualTo(409);
        assertThat(wrongKind.json().path("type").asText()).endsWith("no-second-stage");
        assertThat(missing.status()).isEqualTo(404);
    }

    @Test
    void a_dump_is_the_kernels_text() throws IOException {
        Reply dump = server.get("/v1/simulations/s/spaces/u/ptdump?at=3");

        assertThat(dump.header("Content-Type")).isEqualTo("text/plain; charset=utf-8");
        assertThat(dump.header("ETag")).isEqualTo("\"3\"");
        assertThat(dump.text()).contains("0x0000000000400000-0x0000000000404000          16K PTE");
        assertThat(dump.text()).doesNotContain("0x0000000000800000-0x0000000000a00000");
    }

    @Test
    void the_lines_of_a_fault_are_the_kernels_text() throws IOException {
        Reply shown = server.get("/v1/simulations/s/spaces/u/show-pte?va=0x400123");
        Reply before = server.get("/v1/simulations/s/spaces/u/show-pte?va=0x800000&at=3");

        assertThat(shown.header("Content-Type")).isEqualTo("text/plain; charset=utf-8");
        assertThat(shown.text())
                .matches("user pgtable: 4k pages, 48-bit VAs, pgdp=[0-9a-f]{16}\n\\[0000000000400123]"
                        + " pgd=([0-9a-f]{16}), p4d=\\1, pud=[0-9a-f]{16}, pmd=[0-9a-f]{16}, pte=[0-9a-f]{16}\n");
        assertThat(before.header("ETag")).isEqualTo("\"3\"");
        assertThat(before.text()).endsWith(", pmd=0000000000000000\n");
        assertThat(server.get("/v1/simulations/s/spaces/u/show-pte?va=0x1000000000000")
                        .text())
                .isEqualTo("[0001000000000000] address between user and kernel address ranges\n");
        assertThat(server.get("/v1/simulations/s/spaces/u/show-pte").status()).isEqualTo(400);
    }

    @Test
    void a_kernel_is_checked_for_writable_and_executable_pages_and_a_process_is_not() throws IOException {
        server.command("s", createSpace("k").replace("\"user\"", "\"kernel\""));
        server.command("s", map("k", 0xffff_8000_0000_0000L, 0x2000).replace("rw-/rw-", "rw-/---"));
        server.command("s", map("k", 0xffff_8000_0010_0000L, 0x2000).replace("rw-/rw-", "rwx/---"));

        var passed = server.get("/v1/simulations/s/spaces/k/check-wx?at=6").json();
        var failed = server.get("/v1/simulations/s/spaces/k/check-wx").json();
        Reply process = server.get("/v1/simulations/s/spaces/u/check-wx");

        assertThat(passed.path("passed").asBoolean()).isTrue();
        assertThat(passed.path("text").asText()).isEqualTo("Checked W+X mappings: passed, no W+X pages found\n");
        assertThat(failed.path("passed").asBoolean()).isFalse();
        assertThat(failed.path("writableExecutablePages").asInt()).isEqualTo(2);
        assertThat(failed.path("text").asText())
                .contains("insecure W+X mapping at address ffff800000100000/0xffff800000100000\n")
                .contains("FAILED, 2 W+X pages found, 0 non-UXN pages found\n");
        assertThat(process.status()).isEqualTo(409);
        assertThat(process.json().path("type").asText()).endsWith("no-such-check");
    }

    @Test
    void a_table_is_text_or_little_endian_words() throws IOException {
        var tables = server.get("/v1/simulations/s/spaces/u/tables").json().path("tables");
        String root = tables.path(0).path("address").asText();

        var json = server.get("/v1/simulations/s/tables/" + root).json();
        Reply binary = server.get("/v1/simulations/s/tables/" + root, "Accept", "application/octet-stream");

        long word = ByteBuffer.wrap(binary.response().body())
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong();
        assertThat(binary.response().body()).hasSize(4096);
        assertThat("0x%016x".formatted(word))
                .isEqualTo(json.path("words").path(0).asText());
    }

    @Test
    void regions_come_in_pages() throws IOException {
        var first = server.get("/v1/simulations/s/spaces/u/regions?limit=1").json();
        var second = server.get("/v1/simulations/s/spaces/u/regions?limit=1&from="
                        + first.path("next").asText())
                .json();

        assertThat(first.path("regions").path(0).path("range").path("start").asText())
                .isEqualTo("0x0000000000400000");
        assertThat(second.path("regions").path(0).path("range").path("start").asText())
                .isEqualTo("0x0000000000800000");
        assertThat(second.has("next")).isFalse();
    }

    @Test
    void events_come_in_pages_or_lines() throws IOException {
        Reply page = server.get("/v1/simulations/s/events?from=2&limit=2");
        Reply lines = server.get("/v1/simulations/s/events?at=2", "Accept", "application/x-ndjson");

        assertThat(page.json().path("events")).hasSize(2);
        assertThat(page.json().path("next").asLong()).isEqualTo(4);
        assertThat(page.header("Link")).isEqualTo("</v1/simulations/s/events?from=4&limit=2>; rel=\"next\"");
        assertThat(lines.lines()).hasSize(2);
        assertThat(lines.lines().getLast().path("type").asText()).isEqualTo("space-created");
    }

    @Test
    void a_space_that_was_destroyed_is_gone_and_can_be_read_in_the_past() throws IOException {
        server.command("s", "{\"type\":\"destroy-space\",\"space\":\"u\"}");

        Reply gone = server.get("/v1/simulations/s/spaces/u/ptdump");

        assertThat(gone.status()).isEqualTo(410);
        assertThat(gone.problem()).isEqualTo("space-destroyed");
        assertThat(gone.json().path("destroyedAt").asLong()).isEqualTo(5);
        assertThat(gone.json().path("lastPosition").asLong()).isEqualTo(4);
        assertThat(server.get("/v1/simulations/s/spaces/u/ptdump?at=4").text()).contains("PTE");
        assertThat(server.get("/v1/simulations/s/spaces/never/ptdump").status()).isEqualTo(404);
    }

    @Test
    void past_states_are_right_in_any_order_and_across_selections() throws IOException {
        Map<Integer, String> hashes = new HashMap<>();
        hashes.put(4, server.hash("s"));
        server.command("s", TestServer.select("flat", "wide"));
        hashes.put(5, server.hash("s"));
        server.command("s", map("u", 0x100_0000, 0x1000));
        hashes.put(6, server.hash("s"));

        for (int position : new int[] {5, 4, 6, 5, 6, 4, 4, 5}) {
            assertThat(server.get("/v1/simulations/s/stats?at=" + position)
                            .json()
                            .path("imageHash")
                            .asText())
                    .isEqualTo(hashes.get(position));
        }
    }

    @Test
    void statistics_tell_the_kind_of_a_space_in_the_word_of_commands_and_its_registers() throws IOException {
        server.command("s", createSpace("reboot").replace("\"user\"", "\"idmap-page\""));

        var space = server.get("/v1/simulations/s/stats").json().path("spaces").path(0);

        assertThat(space.path("kind").asText()).isEqualTo("idmap-page");
        assertThat(space.path("registers").path(0).path("name").asText()).isEqualTo("TTBR0_EL1");
        assertThat(space.path("registers").path(0).path("value").asText())
                .isEqualTo(space.path("root").asText());
        assertThat(space.path("registers").path(1).path("name").asText()).isEqualTo("TCR_EL1.T0SZ");
        assertThat(space.path("registers").path(1).path("value").asText()).isEqualTo("0x0000000000000010");
    }

    @Test
    void answers_keep_the_contract() throws Exception {
        server.command("s", createSpace("k").replace("\"user\"", "\"kernel\""));
        server.command("s", createSpace("reboot").replace("\"user\"", "\"idmap-page\""));
        Map<String, String> paths = new LinkedHashMap<>();
        paths.put("listSimulations", "/v1/simulations");
        paths.put("getSimulation", "/v1/simulations/s");
        paths.put("getEvents", "/v1/simulations/s/events");
        paths.put("getDelta", "/v1/simulations/s/events/4/delta");
        paths.put("getSpaces", "/v1/simulations/s/spaces");
        paths.put("getRegions", "/v1/simulations/s/spaces/u/regions");
        paths.put("getWalk", "/v1/simulations/s/spaces/u/walk?va=0x400000");
        paths.put("getCheckWx", "/v1/simulations/s/spaces/k/check-wx");
        paths.put("getTables", "/v1/simulations/s/spaces/u/tables");
        paths.put("getTable", "/v1/simulations/s/tables/0x40000000");
        paths.put("getStats", "/v1/simulations/s/stats");
        paths.put("listPlugins", "/v1/plugins");
        paths.put("getLive", "/health/live");
        paths.put("getReady", "/health/ready");
        Vertx vertx = Vertx.vertx();
        try {
            OpenAPIContract contract = Contract.read()
                    .forRouter(vertx)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(30, TimeUnit.SECONDS);
            ResponseValidator validator = ResponseValidator.create(vertx, contract);
            for (Map.Entry<String, String> entry : paths.entrySet()) {
                Reply reply = server.get(entry.getValue());
                Operation operation = contract.operation(entry.getKey());
                assertThat(operation).as(entry.getKey()).isNotNull();
                validator
                        .validate(
                                ValidatableResponse.create(
                                        reply.status(),
                                        Map.of("etag", reply.header("ETag")),
                                        Buffer.buffer(reply.response().body()),
                                        reply.header("Content-Type")),
                                entry.getKey())
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get(30, TimeUnit.SECONDS);
            }
        } finally {
            vertx.close();
        }
    }

    @Test
    void the_contract_is_served() throws IOException {
        assertThat(server.get("/openapi.yaml").text()).startsWith("openapi: 3.1.0");
        assertThat(server.get("/health/ready").text()).isEqualTo("{\"status\":\"up\"}\n");
    }
}
