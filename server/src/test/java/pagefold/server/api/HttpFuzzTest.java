package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import pagefold.server.api.TestServer.Reply;

/** Hostile bodies for a running server: every one is answered, and what is acknowledged is there, and nothing else. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HttpFuzzTest {
    private static final List<String> OTHERS = List.of("/v1/simulations", "/v1/simulations/s/swap");

    private TestServer server;

    @BeforeAll
    void start() throws IOException {
        server = TestServer.start(Files.createTempDirectory("pagefold-fuzz"));
        server.create("s", "arm64", "4k-48");
        server.command("s", TestServer.createSpace("u"));
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private long position() throws IOException {
        return server.get("/v1/simulations/s").json().path("position").asLong();
    }

    @FuzzTest(maxDuration = "10m")
    void a_batch_is_written_whole_or_not_at_all(byte[] body) throws IOException {
        long before = position();

        Reply reply = server.post("/v1/simulations/s/commands", TestServer.JSON, BodyPublishers.ofByteArray(body));

        assertThat(reply.status()).as(reply.text()).isBetween(200, 499);
        long written = reply.status() == 201 ? reply.json().path("commands").asLong() : 0;
        assertThat(position()).isEqualTo(before + written);
    }

    @FuzzTest(maxDuration = "10m")
    void a_stream_is_written_as_far_as_it_was_acknowledged(byte[] body) throws IOException {
        long before = position();

        Reply reply = server.post("/v1/simulations/s/commands", TestServer.LINES, BodyPublishers.ofByteArray(body));

        assertThat(reply.status()).as(reply.text()).isBetween(200, 499);
        long written = reply.lines().stream()
                .filter(line -> !line.has("type"))
                .map(line -> line.path("commands"))
                .mapToLong(JsonNode::asLong)
                .sum();
        assertThat(position()).isEqualTo(before + written);
    }

    @FuzzTest(maxDuration = "10m")
    void other_bodies_are_answered(byte[] body) throws IOException {
        for (String path : OTHERS) {
            assertThat(server.post(path, TestServer.JSON, BodyPublishers.ofByteArray(body))
                            .status())
                    .isBetween(200, 499);
        }
    }

    @FuzzTest(maxDuration = "10m")
    void a_file_is_compared_or_refused_and_nothing_is_kept(byte[] file) throws IOException {
        String before = server.get("/v1/simulations").text();

        for (String format : List.of("", "&format=maps", "&format=strace", "&format=events")) {
            Reply reply = server.post(
                    "/v1/compare?with=arm64:4k-48,arm64:64k-48" + format,
                    "text/plain",
                    BodyPublishers.ofByteArray(file));

            assertThat(reply.status()).as(reply.text()).isIn(200, 422);
            assertThat(reply.status() == 200 || reply.problem().equals("unreadable-file"))
                    .as(reply.text())
                    .isTrue();
        }

        assertThat(server.get("/v1/simulations").text()).isEqualTo(before);
    }
}
