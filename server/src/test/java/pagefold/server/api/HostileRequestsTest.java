package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import pagefold.server.api.TestServer.Reply;
import pagefold.server.wire.WireJson;

/** Requests that no client of ours would send. */
class HostileRequestsTest {
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

    /** The whole answer to bytes that are sent as they are. */
    private String raw(String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", server.uri("/").getPort())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /v1/simulations HTTP/1.1\r\nConnection: close\r\n\r\n",
                "GET /v1/simulations/%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                "GET /v1/simulations/s%2 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                "GET /v1/simulations/s/spaces?at=%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                "GET /v1/simulations HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n",
                "POST /v1/simulations/%zz/commands HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                        + "Content-Length: 2\r\n\r\n{}",
            })
    void what_is_no_request_is_answered_with_a_problem_that_says_so(String request) throws IOException {
        String answer = raw(request);

        assertThat(answer)
                .startsWith("HTTP/1.1 400 ")
                .containsIgnoringCase("content-type: application/problem+json")
                .contains("\"status\":400");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PUT    | /v1/simulations                | GET, POST",
                "POST   | /v1/simulations/s              | DELETE, GET",
                "DELETE | /v1/plugins                    | GET, POST",
                "GET    | /v1/simulations/s/commands     | POST",
                "POST   | /v1/simulations/s/events/1/delta | GET",
            })
    void a_method_that_a_path_has_not_is_answered_with_those_that_it_has(String method, String path, String allowed)
            throws IOException {
        Reply reply = server.send(method, path, BodyPublishers.noBody());

        assertThat(reply.status()).isEqualTo(405);
        assertThat(reply.problem()).isEqualTo("method-not-allowed");
        assertThat(reply.header("Allow")).isEqualTo(allowed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s%s", "[%s,%s]"})
    void white_space_counts_as_a_part_of_a_command(String form) throws IOException {
        boolean alone = form.startsWith("%");
        String first = alone ? "" : TestServer.remark("first");
        int room = WireJson.MAX_DOCUMENT_BYTES - TestServer.remark("").length();

        Reply fits = server.command("s", form.formatted(first, spaced(room)));
        Reply tooLarge = server.command("s", form.formatted(first, spaced(room + 1)));

        assertThat(fits.status()).as(fits.text()).isEqualTo(201);
        assertThat(tooLarge.status()).as(tooLarge.text()).isEqualTo(413);
        assertThat(tooLarge.problem()).isEqualTo("too-large");
        assertThat(tooLarge.json().path("bytes").asInt()).isEqualTo(WireJson.MAX_DOCUMENT_BYTES + 1);
        assertThat(tooLarge.json().path("commandIndex").asInt(-1)).isEqualTo(alone ? -1 : 1);
    }

    private static String spaced(int spaces) {
        return TestServer.remark("").replace(",", "," + " ".repeat(spaces));
    }

    @Test
    void a_request_behind_a_bad_one_is_answered() throws IOException {
        raw("GET /v1/simulations/%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        assertThat(server.get("/v1/simulations/s").status()).isEqualTo(200);
    }
}
