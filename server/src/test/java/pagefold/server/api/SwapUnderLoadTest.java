package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.server.api.TestServer.select;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SwapUnderLoadTest {
    private static final int WRITERS = 64;

    @Test
    void a_real_trace_goes_to_another_architecture_and_back_under_64_writers(@TempDir Path data) throws Exception {
        try (TestServer server = TestServer.start(data)) {
            server.create("py", "arm64", "4k-48");
            String acknowledgements = server.stream("py", FoldedTrace.lines()).text();
            long imported = position(server);
            String before = server.hash("py");
            assertThat(acknowledgements).contains("\"position\":" + imported);

            long there;
            long back;
            long written;
            try (WriterLoad load = WriterLoad.start(server, "py", WRITERS)) {
                there = server.command("py", select("arm32", "lpae"))
                        .json()
                        .path("position")
                        .asLong();
                back = server.command("py", select("arm64", "4k-48"))
                        .json()
                        .path("position")
                        .asLong();
                load.finish();
                written = load.acknowledged();
                assertThat(load.failures()).isEmpty();
            }

            assertThat(there).isGreaterThan(imported);
            assertThat(back).isGreaterThan(there);
            assertThat(position(server)).isEqualTo(imported + written + 2);
            // As if it had never been elsewhere: now, at the way back, and before anyone wrote.
            String now = server.hash("py");
            assertThat(stats(server, "plugin=arm64&profile=4k-48")
                            .path("imageHash")
                            .asText())
                    .isEqualTo(now);
            assertThat(stats(server, "at=" + back).path("imageHash"))
                    .isEqualTo(stats(server, "plugin=arm64&profile=4k-48&at=" + back)
                            .path("imageHash"));
            assertThat(stats(server, "at=" + imported).path("imageHash").asText())
                    .isEqualTo(before);
            JsonNode between = stats(server, "at=" + there);
            assertThat(between.path("binding").path("plugin").asText()).isEqualTo("arm32");
            assertThat(between.path("imageHash"))
                    .isEqualTo(stats(server, "plugin=arm32&profile=lpae&at=" + there)
                            .path("imageHash"));
        }
        try (TestServer again = TestServer.start(data)) {
            assertThat(stats(again, "plugin=arm64&profile=4k-48")
                            .path("imageHash")
                            .asText())
                    .isEqualTo(again.hash("py"));
        }
    }

    private static long position(TestServer server) throws IOException {
        return server.get("/v1/simulations/py").json().path("position").asLong();
    }

    private static JsonNode stats(TestServer server, String query) throws IOException {
        return server.get("/v1/simulations/py/stats?" + query).json();
    }
}
