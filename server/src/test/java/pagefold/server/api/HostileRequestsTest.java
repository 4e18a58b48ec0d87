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
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    /** An answer that is a problem, on a connection that stays open. */
    private String problem(String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", server.uri("/").getPort())) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            StringBuilder answer = new StringBuilder();
            while (answer.lastIndexOf("}\n") < 0) {
                int next = socket.getInputStream().read();
                assertThat(next).as(answer.toString()).isNotNegative();
                answer.append((char) next);
            }
            return answer.toString();
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
                "PUT    | /v1/simulations                | GET, HEAD, POST",
                "POST   | /v1/simulations/s              | DELETE, GET, HEAD",
                "DELETE | /v1/plugins                    | GET, HEAD, POST",
                "GET    | /v1/simulations/s/commands     | POST",
                "POST   | /v1/simulations/s/events/1/delta | GET, HEAD",
                "HEAD   | /v1/simulations/s/events/stream | GET",
                "HEAD   | /v1/simulations/s/commands     | POST",
            })
    void a_method_that_a_path_has_not_is_answered_with_those_that_it_has(String method, String path, String allowed)
            throws IOException {
        Reply reply = server.send(method, path, BodyPublishers.noBody());

        assertThat(reply.status()).isEqualTo(405);
        if (!method.equals("HEAD")) {
            assertThat(reply.problem()).isEqualTo("method-not-allowed");
        }
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

    @ParameterizedTest
    @CsvSource({
        "'GET /?{9000} HTTP/1.1', 414, uri-too-long, 8192",
        "'GET / HTTP/1.1\r\nX: {20000}', 431, headers-too-large, 16384",
        "'GET / HTTP/1.1\r\nContent-Length: -5', 400, malformed, 0",
        "'GET / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4', 400, malformed, 0",
        "'GET /', 400, malformed, 0",
    })
    void what_cannot_be_decoded_is_answered_with_a_problem_too(String lines, int status, String code, int limit)
            throws IOException {
        String request = lines.replace("\\r\\n", "\r\n")
                .replace("{9000}", "a".repeat(9000))
                .replace("{20000}", "a".repeat(20_000));

        String answer = raw(request + "\r\nHost: localhost\r\n\r\n");

        assertThat(answer)
                .matches("(?s)HTTP/1\\.[01] " + status + " .*")
                .containsIgnoringCase("content-type: application/problem+json")
                .containsIgnoringCase("traceparent: 00-")
                .contains("urn:pagefold:problem:" + code);
        assertThat(answer.contains("\"limit\":" + limit + "}")).isEqualTo(limit > 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"If-Match: \"1\"|If-Match: \"9\"", "Idempotency-Key: a|Idempotency-Key: b"})
    void a_header_that_is_there_twice_is_refused_and_nothing_is_written(String headers) throws IOException {
        String body = TestServer.remark("x");

        String answer = raw("POST /v1/simulations/s/commands HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + "Content-Type: application/json\r\n" + headers.replace("|", "\r\n") + "\r\nContent-Length: "
                + body.length() + "\r\n\r\n" + body);

        assertThat(answer).startsWith("HTTP/1.1 400 ").contains("urn:pagefold:problem:invalid-parameter");
        assertThat(server.get("/v1/simulations/s").json().path("position").asInt())
                .isEqualTo(1);
    }

    @Test
    void a_body_that_is_compressed_is_refused_as_such() throws IOException {
        String answer = raw("POST /v1/simulations/s/commands HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + "Content-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}");

        assertThat(answer)
                .startsWith("HTTP/1.1 415 ")
                .containsIgnoringCase("accept-encoding: identity")
                .contains("urn:pagefold:problem:unsupported-content-coding");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Sec-WebSocket-Version: 13 | 400 | malformed",
                "Sec-WebSocket-Version: 99;Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA== | 426 | upgrade-required",
                "Sec-WebSocket-Version: 13;Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==;Origin: http://evil.example"
                        + " | 403 | foreign-origin",
            })
    void a_socket_is_not_opened_without_a_handshake_or_for_pages_of_others(String headers, int status, String code)
            throws IOException {
        String answer = problem("GET /v1/simulations/s/socket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                + "Connection: Upgrade\r\n" + headers.replace(";", "\r\n") + "\r\n\r\n");

        assertThat(answer)
                .startsWith("HTTP/1.1 " + status + " ")
                .contains("urn:pagefold:problem:" + code)
                .contains("\"status\":" + status);
    }

    @Test
    void a_socket_is_opened_for_a_page_of_the_server_itself() {
        try (SocketClient client = new SocketClient(
                server.uri("/v1/simulations/s/socket"),
                "Origin",
                "http://" + server.uri("/").getAuthority())) {
            client.send("{\"type\":\"subscribe\"}");

            assertThat(client.text()).isEqualTo("{\"type\":\"subscribed\",\"position\":1}");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?at=%2B1",
                "?at=-1",
                "?at=%EF%BC%91",
                "?at=1.0",
                "?at=1e0",
                "?at=0x1",
                "?at=%201",
                "?at=99999999999999999999",
                "/events?from=%2B1",
                "/events?limit=%2B1",
                "/events/stream?from=%2B1",
                "/spaces/u/regions?limit=%2B1",
                "/spaces/u/regions?from=0x%EF%BC%91",
                "/spaces/u/walk?va=0x%2B1",
                "/changes?from=%2B1",
                "/bisect?holds=wx&from=%2B1",
                "/compare?tlb=%2B1&plugin=arm64&profile=4k-48",
                "/events/%2B1/delta"
            })
    void a_number_has_digits_alone(String path) throws IOException {
        server.command("s", TestServer.createSpace("u"));

        Reply reply = server.get("/v1/simulations/s" + path);

        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        assertThat(reply.problem()).isEqualTo("invalid-parameter");
    }

    @ParameterizedTest
    @ValueSource(strings = {"st\u00a71", "st\u00c2\u00a71"})
    void no_key_has_the_mark_of_a_chunk(String key) throws IOException {
        String body = TestServer.remark("a");

        String answer = raw("POST /v1/simulations/s/commands HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                + "Content-Type: application/json\r\nIdempotency-Key: " + key + "\r\nContent-Length: "
                + body.length() + "\r\n\r\n" + body);

        assertThat(answer).startsWith("HTTP/1.1 400").contains("invalid-parameter");
    }

    @Test
    void a_request_behind_a_bad_one_is_answered() throws IOException {
        raw("GET /v1/simulations/%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        assertThat(server.get("/v1/simulations/s").status()).isEqualTo(200);
    }
}
