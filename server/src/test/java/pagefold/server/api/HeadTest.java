package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagefold.server.api.TestServer.Reply;

/** HEAD is GET without a body (RFC 9110, section 9.3.2). */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HeadTest {
    private TestServer server;

    @BeforeAll
    void start(@TempDir Path data) throws IOException {
        server = TestServer.start(data);
        server.create("s", "arm64", "4k-48");
        server.command("s", TestServer.createSpace("u"));
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/docs",
                "/openapi.yaml",
                "/health/live",
                "/v1/simulations",
                "/v1/simulations/s",
                "/v1/simulations/s?at=1",
                "/v1/simulations/s?at=+1",
                "/v1/simulations/s/spaces/u/ptdump",
                "/v1/simulations/s/spaces/typo/ptdump",
                "/v1/simulations/s/events?limit=1",
                "/v1/simulations/s/changes?from=1",
                "/v1/simulations/none",
                "/nothing"
            })
    void the_head_is_that_of_a_get(String path) throws IOException {
        Reply get = server.get(path);
        Reply head = server.send("HEAD", path, BodyPublishers.noBody());

        assertThat(head.status()).isEqualTo(get.status());
        for (String header : new String[] {"Content-Type", "ETag", "Link", "Content-Security-Policy"}) {
            assertThat(head.header(header)).as(header).isEqualTo(get.header(header));
        }
        assertThat(head.response().body()).isEmpty();
    }

    @Test
    void nothing_comes_before_the_next_answer_on_the_connection() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", server.uri("/").getPort())) {
            socket.setSoTimeout(60_000);
            String host = " HTTP/1.1\r\nHost: localhost\r\n";
            socket.getOutputStream()
                    .write(("HEAD /v1/simulations/s" + host + "\r\nHEAD /v1/simulations/none" + host
                                    + "\r\nGET /health/live" + host + "Connection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));

            String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(answers)
                    .matches("(?s)HTTP/1.1 200 [^{}]*\r\n\r\nHTTP/1.1 404 [^{}]*\r\n\r\nHTTP/1.1 200 .*\r\n\r\n\\{.*");
        }
    }
}
