package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.server.api.TestServer.createSpace;
import static pagefold.server.api.TestServer.map;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.api.TestServer.Reply;

/** What operators see: metrics and traces. */
class MetricsTest {
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

    /** The samples of a scrape by name and labels. */
    private Map<String, Double> scrape() throws IOException {
        Reply reply = server.get("/metrics");
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("Content-Type")).startsWith("text/plain; version=0.0.4");
        Map<String, Double> samples = new TreeMap<>();
        reply.text().lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            int space = line.lastIndexOf(' ');
            samples.put(line.substring(0, space), Double.parseDouble(line.substring(space + 1)));
        });
        return samples;
    }

    @Test
    void commands_are_counted_by_what_became_of_them() throws IOException {
        server.command("s", createSpace("u"));
        server.command(
                "s", "[" + map("u", 0x1000, 0x1000) + "," + map("u", 0x4000, 0x1000) + "]", "Idempotency-Key", "k");
        server.command(
                "s", "[" + map("u", 0x1000, 0x1000) + "," + map("u", 0x4000, 0x1000) + "]", "Idempotency-Key", "k");
        server.command("s", map("u", 0x1000, 0x1000));
        server.stream("s", map("u", 0x8000, 0x1000) + "\n" + map("u", 0xa000, 0x1000) + "\n");
        server.command("t", createSpace("u"));

        Map<String, Double> samples = scrape();

        assertThat(samples)
                .containsEntry("pagefold_commands_total{outcome=\"accepted\"}", 5.0)
                .containsEntry("pagefold_commands_total{outcome=\"repeated\"}", 2.0)
                .containsEntry("pagefold_commands_total{outcome=\"refused\"}", 1.0)
                .containsEntry("pagefold_commands_total{outcome=\"failed\"}", 1.0)
                // The selection of the plugin, and three of the requests.
                .containsEntry("pagefold_log_append_seconds_count", 4.0)
                .containsEntry("pagefold_log_waiting", 0.0)
                .containsEntry("pagefold_simulations_open", 1.0)
                .containsEntry("pagefold_commands_waiting", 0.0)
                .containsEntry("pagefold_subscriptions", 0.0)
                .containsEntry("pagefold_http_requests_seconds_count{operation=\"postCommands\",status=\"201\"}", 3.0)
                .containsEntry("pagefold_http_requests_seconds_count{operation=\"postCommands\",status=\"409\"}", 1.0)
                .containsEntry("pagefold_http_requests_seconds_count{operation=\"postCommands\",status=\"404\"}", 1.0);
        assertThat(samples.get("pagefold_log_group_count")).isGreaterThanOrEqualTo(4.0);
        assertThat(samples.get("pagefold_log_commit_seconds_sum")).isPositive();
        assertThat(samples).containsKey("jvm_threads_live_threads");
    }

    @Test
    void the_memory_of_the_models_is_that_of_their_tables() throws IOException {
        server.command("s", createSpace("u"));
        server.command("s", map("u", 0x1000, 0x1000));
        double bytes =
                server.get("/v1/simulations/s/stats").json().path("tableBytes").asDouble();

        assertThat(scrape()).containsEntry("pagefold_model_table_bytes", bytes);
    }

    @Test
    void requests_that_lead_nowhere_are_counted_too() throws IOException {
        server.get("/v1/nothing");
        server.get("/v1/simulations/s/walk");

        assertThat(scrape())
                .containsEntry("pagefold_http_requests_seconds_count{operation=\"none\",status=\"404\"}", 2.0);
    }

    @Test
    void a_trace_goes_through_to_the_events() throws IOException {
        String parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

        Reply reply = server.command("s", createSpace("u"), "traceparent", parent);

        assertThat(reply.header("traceparent"))
                .matches("00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-01")
                .isNotEqualTo(parent);
        assertThat(server.get("/v1/simulations/s/events?from=2")
                        .json()
                        .path("events")
                        .path(0)
                        .path("causation")
                        .asText())
                .isEqualTo(parent);
    }

    @Test
    void a_request_without_a_trace_gets_a_new_one() throws IOException {
        for (String bad : List.of(
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "nonsense")) {
            assertThat(server.get("/v1/simulations", "traceparent", bad).header("traceparent"))
                    .as(bad)
                    .matches("00-[0-9a-f]{32}-[0-9a-f]{16}-00")
                    .doesNotContain("4bf92f3577b34da6a3ce929d0e0e4736", "00000000000000000000000000000000");
        }
        assertThat(server.get("/nothing").header("traceparent")).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-00");
    }
}
