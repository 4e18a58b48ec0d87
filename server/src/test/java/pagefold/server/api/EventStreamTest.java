package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static pagefold.server.api.TestServer.remark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.api.TestServer.Reply;

/** Events over HTTP as they happen. */
class EventStreamTest {
    private static final Duration LONG = Duration.ofMinutes(2);

    @TempDir
    private Path data;

    private TestServer server;
    private SseClient clients;

    @BeforeEach
    void start() throws IOException {
        server = TestServer.start(data);
        server.create("s", "arm64", "4k-48");
        clients = new SseClient();
    }

    @AfterEach
    void stop() {
        clients.close();
        server.close();
    }

    private URI stream() {
        return server.uri("/v1/simulations/s/events/stream");
    }

    private void annotate(int first, int count, String text) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = first; i < first + count; i++) {
            lines.append(remark(i + " " + text)).append('\n');
        }
        List<String> acknowledged =
                server.stream("s", lines.toString()).text().lines().toList();
        assertThat(acknowledged).isNotEmpty().noneMatch(line -> line.contains("problem"));
    }

    private List<String> history() throws IOException {
        return server.get("/v1/simulations/s/events?limit=10000", "Accept", TestServer.LINES)
                .text()
                .lines()
                .toList();
    }

    private static List<String> events(SseClient.Stream stream) {
        return stream.data().stream()
                .map(envelope -> envelope.substring(envelope.indexOf("\"data\":") + 7, envelope.length() - 1))
                .toList();
    }

    @Test
    void a_thousand_subscribers_get_every_event_once_in_order() throws IOException {
        long seed = Long.getLong("seed", 20_261_128L);
        Random random = new Random(seed);
        annotate(2, 499, "before");
        List<SseClient.Stream> streams = new ArrayList<>();
        List<SseClient.Stream> gone = new ArrayList<>();

        for (int i = 0; i < 1000; i++) {
            streams.add(clients.behind(stream(), random.nextInt(501)));
            if (i % 50 == 49) {
                annotate(501 + 50 * (i / 50), 50, "meanwhile");
                // One of them goes away, wherever it is, and comes back to where it was.
                int leaving = random.nextInt(streams.size());
                gone.add(streams.get(leaving));
                streams.get(leaving).disconnect();
                streams.set(
                        leaving, clients.behind(stream(), streams.get(leaving).position()));
            }
        }

        await().atMost(LONG)
                .untilAsserted(() -> assertThat(streams).as("seed %d", seed).allMatch(s -> s.position() == 1500));
        List<String> history = history();
        assertThat(history).hasSize(1500);
        assertThat(gone).allMatch(stream -> stream.wrong() == null);
        assertThat(streams).as("seed %d", seed).allSatisfy(stream -> {
            assertThat(stream.wrong()).isNull();
            assertThat(events(stream)).isEqualTo(history.subList(1500 - stream.count(), 1500));
        });
    }

    @Test
    void a_stream_without_a_position_has_what_is_new() throws IOException {
        SseClient.Stream stream = clients.news(stream(), 1);
        await().atMost(LONG).until(() -> stream.status() == 200);

        annotate(2, 3, "new");

        await().atMost(LONG).until(() -> stream.position() == 4);
        assertThat(stream.wrong()).isNull();
        assertThat(stream.data().getFirst())
                .matches("\\{\"specversion\":\"1.0\",\"id\":\"2\",\"source\":\"/v1/simulations/s\","
                        + "\"type\":\"org.pagefold.annotated\",\"time\":\"[^\"]+\",\"data\":\\{\"position\":2,.*}}");
    }

    @Test
    void a_client_that_is_too_slow_is_told_where_to_read_on() throws IOException {
        try (Socket slow = new Socket()) {
            slow.setReceiveBufferSize(4096);
            slow.connect(new InetSocketAddress(stream().getHost(), stream().getPort()));
            slow.getOutputStream()
                    .write(("GET " + stream().getPath() + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(slow.getInputStream(), StandardCharsets.UTF_8));
            assertThat(in.readLine()).contains("200");
            SseClient.Stream quick = clients.news(stream(), 1);
            await().atMost(LONG).until(() -> quick.status() == 200);

            annotate(2, 8000, "x".repeat(2000));
            await().atMost(LONG).until(() -> quick.position() == 8001);

            long last = 1;
            String line = in.readLine();
            while (!line.equals("event: resync")) {
                if (line.startsWith("id: ")) {
                    assertThat(Long.parseLong(line.substring(4))).isEqualTo(last + 1);
                    last++;
                }
                line = in.readLine();
            }
            assertThat(last).isLessThan(8001);
            assertThat(in.readLine()).isEqualTo("data: {\"from\":" + (last + 1) + "}");
            SseClient.Stream again = clients.behind(stream(), last);
            await().atMost(LONG).until(() -> again.position() == 8001);
            assertThat(again.wrong()).isNull();
        }
    }

    @Test
    void a_stream_of_a_simulation_that_is_removed_ends() throws IOException {
        SseClient.Stream stream = clients.behind(stream(), 0);
        await().atMost(LONG).until(() -> stream.position() == 1);

        server.send("DELETE", "/v1/simulations/s", java.net.http.HttpRequest.BodyPublishers.noBody());

        await().atMost(LONG).until(stream::hasEnded);
        assertThat(stream.ending()).isEqualTo("end {\"reason\":\"removed\"}");
    }

    @Test
    void a_server_that_stops_ends_its_streams_and_the_next_one_goes_on() throws IOException {
        SseClient.Stream stream = clients.behind(stream(), 0);
        await().atMost(LONG).until(() -> stream.position() == 1);

        server.close();

        await().atMost(LONG).until(stream::hasEnded);
        assertThat(stream.ending()).isEqualTo("end {\"reason\":\"stopping\"}");
        server = TestServer.start(data);
        annotate(2, 1, "after");
        SseClient.Stream next = clients.behind(stream(), 1);
        await().atMost(LONG).until(() -> next.position() == 2);
        assertThat(next.wrong()).isNull();
    }

    @Test
    void positions_that_are_not_there_are_problems() throws IOException {
        String path = "/v1/simulations/s/events/stream";

        Reply beyond = server.get(path, "Last-Event-ID", "7");
        Reply nonsense = server.get(path, "Last-Event-ID", "seven");
        Reply before = server.get(path + "?from=0");
        Reply nobody = server.get("/v1/simulations/t/events/stream");

        assertThat(beyond.status()).isEqualTo(404);
        assertThat(beyond.text())
                .contains("urn:pagefold:problem:no-such-position", "\"requested\":7", "\"position\":1");
        assertThat(nonsense.problem()).isEqualTo("invalid-parameter");
        assertThat(before.problem()).isEqualTo("invalid-parameter");
        assertThat(nobody.problem()).isEqualTo("no-such-simulation");
    }
}
