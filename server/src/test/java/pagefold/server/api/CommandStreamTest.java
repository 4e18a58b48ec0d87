package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.server.api.TestServer.createSpace;
import static pagefold.server.api.TestServer.map;
import static pagefold.server.api.TestServer.remark;
import static pagefold.server.api.TestServer.select;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.api.TestServer.Reply;
import pagefold.server.space.Limits;

class CommandStreamTest {
    private static final int CHUNK = CommandStream.MAX_CHUNK_COMMANDS;

    @TempDir
    private Path data;

    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        server = TestServer.start(data);
        server.create("s", "flat", "wide");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static String remarks(int count) {
        return IntStream.range(0, count).mapToObj(i -> remark("r" + i) + "\n").collect(Collectors.joining());
    }

    private String position() throws IOException {
        return server.get("/v1/simulations/s").header("ETag");
    }

    @Test
    void every_durable_chunk_is_acknowledged_by_a_line() throws IOException {
        Reply reply = server.stream("s", remarks(2 * CHUNK + 3));

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("Content-Type")).isEqualTo(TestServer.LINES);
        assertThat(reply.text())
                .isEqualTo("{\"position\":4097,\"commands\":4096}\n{\"position\":8193,\"commands\":4096}\n"
                        + "{\"position\":8196,\"commands\":3}\n");
        assertThat(position()).isEqualTo("\"8196\"");
    }

    @Test
    void empty_lines_and_other_line_ends_and_a_missing_last_one_are_taken() throws IOException {
        Reply reply = server.stream("s", "\r\n" + remark("a") + "\r\n\n  \n" + remark("b"));

        assertThat(reply.text()).isEqualTo("{\"position\":3,\"commands\":2}\n");
    }

    @Test
    void an_empty_stream_is_a_stream() throws IOException {
        Reply reply = server.stream("s", "");

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.text()).isEmpty();
    }

    @Test
    void a_malformed_line_ends_the_stream_and_says_what_is_kept() throws IOException {
        Reply reply = server.stream("s", remarks(CHUNK + 10) + "\n{\"type\":\"annotate\"}\n" + remarks(20_000));

        List<JsonNode> lines = reply.lines();
        assertThat(lines).hasSize(2);
        assertThat(lines.getFirst().path("position").asLong()).isEqualTo(CHUNK + 1);
        JsonNode problem = lines.getLast();
        assertThat(problem.path("type").asText()).isEqualTo("urn:pagefold:problem:malformed");
        assertThat(problem.path("line").asLong()).isEqualTo(CHUNK + 12);
        assertThat(problem.path("acknowledgedPosition").asLong()).isEqualTo(CHUNK + 1);
        assertThat(problem.path("acknowledgedCommands").asLong()).isEqualTo(CHUNK);
        assertThat(position()).isEqualTo("\"" + (CHUNK + 1) + "\"");
    }

    @Test
    void a_rejected_line_ends_the_stream_and_nothing_behind_its_chunk_is_executed() throws IOException {
        String bad = map("absent", 0x1000, 0x1000) + "\n";

        Reply reply = server.stream("s", remarks(CHUNK + 5) + bad + remarks(6 * CHUNK));

        JsonNode problem = reply.lines().getLast();
        assertThat(problem.path("type").asText()).isEqualTo("urn:pagefold:problem:no-such-space");
        assertThat(problem.path("line").asLong()).isEqualTo(CHUNK + 6);
        assertThat(problem.path("acknowledgedCommands").asLong()).isEqualTo(CHUNK);
        assertThat(position()).isEqualTo("\"" + (CHUNK + 1) + "\"");
    }

    @Test
    void a_stream_that_fails_before_anything_is_durable_is_an_ordinary_problem() throws IOException {
        Reply reply = server.stream("s", remark("a") + "\n" + map("absent", 0x1000, 0x1000) + "\n");

        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.problem()).isEqualTo("no-such-space");
        assertThat(reply.json().path("line").asLong()).isEqualTo(2);
        assertThat(reply.json().path("acknowledgedCommands").asLong()).isZero();
        assertThat(position()).isEqualTo("\"1\"");
        assertThat(server.stream("absent", remark("a")).status()).isEqualTo(404);
    }

    @Test
    void a_line_has_a_limit() throws IOException {
        String longLine = remark("x".repeat(CommandStream.MAX_LINE_BYTES));

        Reply whole = server.stream("s", longLine + "\n");
        Reply cut = server.stream("s", longLine);

        assertThat(whole.status()).isEqualTo(413);
        assertThat(whole.problem()).isEqualTo("too-large");
        assertThat(whole.json().path("line").asLong()).isEqualTo(1);
        assertThat(cut.status()).isEqualTo(413);
    }

    @Test
    void a_stream_that_is_sent_again_with_its_key_changes_nothing() throws IOException {
        String lines = remarks(CHUNK + 7);

        Reply first = server.stream("s", lines, "Idempotency-Key", "import-1");
        Reply again = server.stream("s", lines, "Idempotency-Key", "import-1");
        Reply longer = server.stream("s", lines + remark("more") + "\n", "Idempotency-Key", "import-1");

        assertThat(again.text()).isEqualTo(first.text());
        assertThat(longer.lines().getFirst()).isEqualTo(first.lines().getFirst());
        assertThat(longer.lines().getLast().path("type").asText())
                .isEqualTo("urn:pagefold:problem:idempotency-key-reused");
        assertThat(position()).isEqualTo("\"" + (CHUNK + 8) + "\"");
    }

    @Test
    void no_key_of_a_client_is_that_of_a_chunk() throws IOException {
        Reply stream = server.stream("s", remark("a"), "Idempotency-Key", "st");
        Reply behind = server.command("s", remark("b"), "Idempotency-Key", "st/1");
        Reply before = server.command("s", remark("c"), "Idempotency-Key", "other/1");
        Reply otherStream = server.stream("s", remark("d"), "Idempotency-Key", "other");

        assertThat(stream.text()).isEqualTo("{\"position\":2,\"commands\":1}\n");
        assertThat(behind.status()).as(behind.text()).isEqualTo(201);
        assertThat(before.status()).isEqualTo(201);
        assertThat(otherStream.text()).isEqualTo("{\"position\":5,\"commands\":1}\n");
        assertThat(position()).isEqualTo("\"5\"");
    }

    /** Older servers made the id of a chunk as a client could; what one such request leaves in the log is the same. */
    @Test
    void a_stream_that_an_older_server_has_taken_is_recognised() throws IOException {
        server.command("s", remark("a") + "\n", "Idempotency-Key", "st/1");

        Reply again = server.stream("s", remark("a"), "Idempotency-Key", "st");

        assertThat(again.text()).isEqualTo("{\"position\":2,\"commands\":1}\n");
        assertThat(position()).isEqualTo("\"2\"");
    }

    @Test
    void a_plugin_may_be_selected_in_a_stream() throws IOException {
        String lines = createSpace("u") + "\n" + select("arm64", "4k-48") + "\n" + map("u", 0x1000, 0x1000) + "\n";

        Reply reply = server.stream("s", lines);

        assertThat(reply.lines()).hasSize(3);
        assertThat(server.get("/v1/simulations/s").json().path("plugin").asText())
                .isEqualTo("arm64");
        assertThat(server.get("/v1/simulations/s/spaces/u/ptdump").text()).contains("PTE");
    }

    @Test
    void nothing_behind_a_refused_selection_is_executed() throws IOException {
        Reply reply = server.stream("s", remark("a") + "\n" + select("arm64", "none") + "\n" + remark("b") + "\n");

        assertThat(reply.lines().getLast().path("type").asText()).isEqualTo("urn:pagefold:problem:no-such-plugin");
        assertThat(reply.lines().getLast().path("line").asLong()).isEqualTo(2);
        assertThat(position()).isEqualTo("\"2\"");
    }

    @Test
    void too_many_waiting_commands_are_refused_with_the_numbers() throws IOException {
        server.close();
        server = TestServer.start(data, new Limits(1, 8, 10, 10_000));

        Reply alone = server.stream("s", remarks(100));
        Reply many = server.stream("s", remarks(3 * CHUNK));

        assertThat(alone.lines().getLast().path("position").asLong()).isEqualTo(101);
        JsonNode problem = many.lines().getLast();
        assertThat(problem.path("type").asText()).isEqualTo("urn:pagefold:problem:busy");
        assertThat(problem.path("limit").asLong()).isEqualTo(10);
        assertThat(position())
                .isEqualTo("\"" + (101 + problem.path("acknowledgedCommands").asLong()) + "\"");
    }
}
