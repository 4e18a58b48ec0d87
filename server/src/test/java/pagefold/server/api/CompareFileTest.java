package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.server.api.TestServer.createSpace;
import static pagefold.server.api.TestServer.map;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagefold.server.api.TestServer.Reply;
import pagefold.server.compare.FileHistory;

/** Files that people have, compared without a simulation. */
class CompareFileTest {
    private static final String PATH = "/v1/compare?with=arm64:4k-48,arm64:64k-48";
    private static final String MAPS = """
            00400000-00401000 r-xp 00000000 08:01 11 /bin/tool
            what is this
            00410000-00420000 rw-p 00000000 00:00 0
            """;

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

    private JsonNode compared(String query, String file) throws IOException {
        Reply reply = server.post(PATH + query, "text/plain; charset=utf-8", file);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.header("ETag")).isEmpty();
        assertThat(server.get("/v1/simulations").json().path("simulations")).isEmpty();
        return reply.json();
    }

    @Test
    void maps_cost_what_their_regions_cost_and_lines_that_are_none_are_named() throws IOException {
        JsonNode answer = compared("", MAPS);

        JsonNode file = answer.path("file");
        assertThat(file.path("format").asText()).isEqualTo("maps");
        assertThat(file.path("lines").asInt()).isEqualTo(3);
        assertThat(file.path("spaces")).hasSize(1);
        assertThat(file.path("malformed").path("count").asInt()).isEqualTo(1);
        assertThat(file.path("malformed").path("lines").path(0).path("line").asInt())
                .isEqualTo(2);
        JsonNode small = answer.path("candidates").path(0);
        JsonNode large = answer.path("candidates").path(1);
        assertThat(small.path("figures").path("leaves").path(0).path("count").asInt())
                .isEqualTo(17);
        assertThat(small.path("inexact").path("count").asInt()).isZero();
        assertThat(large.path("coarsening").asText()).isEqualTo("widen");
        assertThat(large.path("figures").path("leaves").path(0).path("count").asInt())
                .isEqualTo(2);
        assertThat(large.path("figures").path("overMappedBytes").asInt()).isEqualTo(0xf000);
        assertThat(large.path("inexact").path("count").asInt()).isEqualTo(1);
    }

    @Test
    void an_exported_history_costs_what_its_simulation_costs() throws IOException {
        server.create("s", "arm64", "4k-48");
        server.command("s", "[" + createSpace("u") + "," + map("u", 0x40_0000, 0x3_0000) + "]");
        StringBuilder file = new StringBuilder("{\"history\":1,\"simulation\":\"s\",\"position\":3}\n");
        server.get("/v1/simulations/s/events")
                .json()
                .path("events")
                .forEach(event -> file.append(event).append('\n'));
        JsonNode expected = server.get("/v1/simulations/s/compare?with=arm64:4k-48,arm64:64k-48")
                .json()
                .path("candidates");

        Reply reply = server.post(PATH + "&space=u", "application/x-ndjson", file.toString());

        assertThat(reply.json().path("file").path("format").asText()).isEqualTo("events");
        assertThat(reply.json().path("position").asInt()).isEqualTo(3);
        for (int i = 0; i < 2; i++) {
            assertThat(reply.json().path("candidates").path(i).path("figures"))
                    .isEqualTo(expected.path(i + 1).path("figures"));
        }
    }

    @Test
    void a_trace_is_known_by_its_first_line_and_read_as_another_format_when_that_is_named() throws IOException {
        String trace =
                "mmap(NULL, 8192, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000\nopenat(3) = 4\n";

        JsonNode file = compared("", trace).path("file");

        assertThat(file.path("format").asText()).isEqualTo("strace");
        assertThat(file.path("skipped").path("openat").asInt()).isEqualTo(1);
        Reply asMaps = server.post(PATH + "&format=maps", "text/plain", trace);
        assertThat(asMaps.status()).isEqualTo(422);
        assertThat(asMaps.problem()).isEqualTo("unreadable-file");
        assertThat(asMaps.json().path("line").asInt()).isEqualTo(1);
        assertThat(asMaps.json().path("format").asText()).isEqualTo("maps");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "none", textBlock = """
                                                                                          '' | 1
            hello                                                                            | 1
            {"history":1,"simulation":"s","position":1}                                      | 1
            {"history":1,"simulation":"s","position":1};{"position":2}                       | 2
            {"history":1,"simulation":"s","position":1};{"position":1,"type":"space-destroyed","schemaVersion":1,"space":"u"} | 2
            """)
    void a_file_that_is_no_history_is_refused_with_its_line(String file, int line) throws IOException {
        Reply reply = server.post(PATH, "text/plain", file.replace(';', '\n'));

        assertThat(reply.status()).as(reply.text()).isEqualTo(422);
        assertThat(reply.problem()).isEqualTo("unreadable-file");
        assertThat(reply.json().path("line").asInt()).isEqualTo(line);
    }

    @Test
    void what_is_asked_wrongly_is_said() throws IOException {
        assertThat(server.post(PATH, TestServer.JSON, MAPS).status()).isEqualTo(415);
        assertThat(server.post("/v1/compare", "text/plain", MAPS).problem()).isEqualTo("invalid-parameter");
        assertThat(server.post(PATH + "&format=pdf", "text/plain", MAPS).problem())
                .isEqualTo("invalid-parameter");
        assertThat(server.post(PATH + "&space=u", "text/plain", MAPS).problem()).isEqualTo("no-such-space");
        assertThat(server.post("/v1/compare?with=arm64:nope", "text/plain", MAPS)
                        .problem())
                .isEqualTo("no-such-plugin");
        Reply large = server.post(PATH, "text/plain", BodyPublishers.ofByteArray(new byte[FileHistory.MAX_BYTES + 1]));
        assertThat(large.status()).isEqualTo(413);
        assertThat(large.json().path("limit").asInt()).isEqualTo(FileHistory.MAX_BYTES);
    }

    @Test
    void a_history_of_more_events_than_the_limit_is_refused_at_the_first_that_is_too_many() {
        String line = "mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000\n"
                + "munmap(0x7f0000000000, 4096) = 0\n";
        byte[] file = String.join("", Collections.nCopies(FileHistory.MAX_EVENTS / 2 + 1, line))
                .getBytes(StandardCharsets.UTF_8);

        assertThat(org.assertj.core.api.Assertions.catchThrowableOfType(
                        FileHistory.Unreadable.class, () -> FileHistory.read(FileHistory.Format.STRACE, file)))
                .satisfies(e -> assertThat(e.line()).isGreaterThan(FileHistory.MAX_EVENTS - 10L))
                .hasMessageContaining("at most " + FileHistory.MAX_EVENTS);
    }
}
