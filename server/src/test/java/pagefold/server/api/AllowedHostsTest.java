package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagefold.server.access.UserLimits;

/** What a page can ask a server without a login when it has made its name lead to this machine. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AllowedHostsTest {
    private PagefoldServer server;

    @BeforeAll
    void start(@TempDir Path data) throws IOException {
        Set<String> hosts = Set.of("pagefold.example", "2001:db8::1", "Upper.example");
        ServerAccess access = new ServerAccess(null, UserLimits.NONE, null, hosts);
        server = PagefoldServer.start(new ServerOptions("127.0.0.1", 0, data, access));
    }

    @AfterAll
    void stop() {
        server.close();
    }

    /** The answer to a request with these lines, up to the end of the connection. */
    private String answer(String... lines) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            socket.setSoTimeout(60_000);
            String request = String.join("\r\n", lines) + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "localhost:8080",
                "localhost.",
                "LocalHost:1",
                "127.0.0.1",
                "127.0.0.1:65535",
                "127.8.9.10",
                "[::1]",
                "[::1]:8080",
                "[0:0:0:0:0:0:0:1]:8080",
                "pagefold.example",
                "PAGEFOLD.example.:443",
                "upper.example",
                "[2001:db8::1]:80"
            })
    void this_machine_and_what_is_allowed_is_answered(String host) throws IOException {
        assertThat(answer("GET /v1/simulations HTTP/1.1", "Host: " + host)).startsWith("HTTP/1.1 200 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example:8080",
                "localhost.evil.example",
                "evil.localhost",
                "127.0.0.1.evil.example",
                "localhost..",
                "1.2.3.4",
                "127.1",
                "2130706433",
                "0x7f.0.0.1",
                "0.0.0.0",
                "[::]",
                "[2001:db8::2]:80",
                "not-pagefold.example"
            })
    void every_other_host_is_refused_on_all_paths(String host) throws IOException {
        for (String path : List.of("/", "/v1/simulations", "/metrics", "/health/live", "/nothing")) {
            assertThat(answer("GET " + path + " HTTP/1.1", "Host: " + host))
                    .startsWith("HTTP/1.1 421 ")
                    .containsIgnoringCase("content-type: application/problem+json")
                    .contains("urn:pagefold:problem:foreign-host");
        }
    }

    @Test
    void what_is_forwarded_for_another_host_is_not_believed() throws IOException {
        assertThat(answer(
                        "GET / HTTP/1.1",
                        "Host: evil.example",
                        "X-Forwarded-Host: localhost",
                        "Forwarded: host=localhost"))
                .startsWith("HTTP/1.1 421 ");
        assertThat(answer("GET / HTTP/1.1", "Host: evil.example", "Pagefold-Hop: x"))
                .startsWith("HTTP/1.1 421 ");
    }

    @Test
    void no_socket_is_opened_at_another_host() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            socket.setSoTimeout(60_000);
            String request = "GET /v1/simulations/s/socket HTTP/1.1\r\nHost: evil.example\r\nConnection: Upgrade\r\n"
                    + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                    + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nOrigin: http://evil.example\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));

            assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 421");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "evil.example"})
    void the_authority_of_http_2_is_the_host(String host) throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            RequestOptions request = new RequestOptions()
                    .setMethod(HttpMethod.GET)
                    .setServer(SocketAddress.inetSocketAddress(server.port(), "127.0.0.1"))
                    .setHost(host)
                    .setPort(80)
                    .setURI("/v1/simulations");
            // A client that nobody refers to any more is closed.
            HttpClient client = vertx.createHttpClient(new HttpClientOptions()
                    .setProtocolVersion(HttpVersion.HTTP_2)
                    .setHttp2ClearTextUpgrade(false));
            int status = client.request(request)
                    .compose(HttpClientRequest::send)
                    .map(response -> response.version() == HttpVersion.HTTP_2 ? response.statusCode() : 0)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get();

            client.close().toCompletionStage().toCompletableFuture().get();

            assertThat(status).isEqualTo(host.equals("localhost") ? 200 : 421);
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get();
        }
    }

    @Test
    void a_request_without_a_host_is_no_browsers() throws IOException {
        assertThat(answer("GET /health/live HTTP/1.0")).startsWith("HTTP/1.0 200 ");
        assertThat(answer("GET /health/live HTTP/1.1"))
                .startsWith("HTTP/1.1 400 ")
                .contains("problem:malformed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "host:80", "*", "http://host", "[::1]"})
    void what_is_no_host_is_not_allowed(String host) {
        assertThatThrownBy(() -> new ServerAccess(null, UserLimits.NONE, null, Set.of(host)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(host);
    }
}
