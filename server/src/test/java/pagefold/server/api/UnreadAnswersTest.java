package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.api.TestServer.Reply;

/** Clients that ask for large answers and do not read them. */
class UnreadAnswersTest {
    private static final String TABLES = "/v1/simulations/s/spaces/u/tables";
    private static final String[] WORDS = {"Accept", "application/octet-stream"};

    @TempDir
    private Path data;

    @Test
    void large_answers_that_nobody_reads_leave_memory_for_everybody_else() throws IOException {
        List<Socket> clients = new ArrayList<>();
        try (TestServer server = TestServer.start(data)) {
            server.create("s", "arm64", "4k-48");
            server.command("s", TestServer.createSpace("u"));
            Reply mapped = server.command(
                    "s",
                    "{\"type\":\"map-range\",\"space\":\"u\",\"range\":{\"start\":\"0x0\",\"size\":\"0x500000000\"},"
                            + "\"output\":{\"physical\":\"0x100000000\"},\"attributes\":{\"permissions\":\"rw-/rw-\"}}");
            assertThat(mapped.status()).as(mapped.text()).isEqualTo(201);
            try {
                List<String> answers = new ArrayList<>();
                do {
                    Socket client = new Socket();
                    clients.add(client);
                    answers.add(statusLineOf(client, server));
                } while (answers.size() < 8 && answers.getLast().startsWith("HTTP/1.1 200 "));

                // 20 GiB of pages are 42 MB of words: three such answers have room.
                assertThat(answers).hasSize(4);
                assertThat(answers.getLast()).startsWith("HTTP/1.1 503 ");
                Reply refused = server.get(TABLES, WORDS);
                assertThat(refused.problem()).isEqualTo("busy");
                assertThat(refused.json().path("limit").asLong()).isEqualTo(UnreadAnswers.MAX_BYTES);
                assertThat(refused.header("Retry-After")).isEqualTo("1");
                assertThat(server.get("/v1/simulations/s").status()).isEqualTo(200);
            } finally {
                for (Socket client : clients) {
                    client.close();
                }
            }
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> server.get(TABLES, WORDS).status() == 200);
        }
    }

    private static String statusLineOf(Socket client, TestServer server) throws IOException {
        client.setReceiveBufferSize(4096);
        client.connect(new InetSocketAddress("127.0.0.1", server.uri("/").getPort()));
        client.setSoTimeout(60_000);
        client.getOutputStream()
                .write(("GET " + TABLES + " HTTP/1.1\r\nHost: localhost\r\nAccept: application/octet-stream\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        return new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII), 16)
                .readLine();
    }
}
