package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.log.LogLocation;
import pagefold.server.log.PostgresServer;

/** Kills a real server process with SIGKILL in the middle of an import. */
class KillTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int KILLS = 2;

    @TempDir
    private Path data;

    @Test
    void no_acknowledged_event_is_lost_when_the_server_is_killed_during_an_import() throws Exception {
        importAndKill(new LogLocation(data));
    }

    @Test
    void no_acknowledged_event_is_lost_in_postgres_when_the_server_is_killed_during_an_import() throws Exception {
        importAndKill(new LogLocation(data, PostgresServer.shared().newDatabase()));
    }

    private void importAndKill(LogLocation log) throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("-Dseed=" + seed);
        Random random = new Random(seed);
        try (TestServer server = TestServer.start(log)) {
            server.create("s", "arm64", "4k-48");
            server.command("s", TestServer.createSpace("u"));
        }

        long first = 0;
        for (int i = 0; i < KILLS; i++) {
            long acknowledged = importAndKill(log, first, 3 + random.nextInt(8));
            try (TestServer server = TestServer.start(log)) {
                JsonNode stats = server.get("/v1/simulations/s/stats").json();
                long position = stats.path("position").asLong();
                assertThat(position).isGreaterThanOrEqualTo(acknowledged);
                assertThat(server.get("/v1/simulations/s/stats?at=" + position)
                                .json()
                                .path("imageHash"))
                        .isEqualTo(stats.path("imageHash"));
                assertEventsAre(server, position);
                first = position - 2;
            }
        }
    }

    /** Sends map commands from number {@code first} on; answers the last position that was acknowledged. */
    private long importAndKill(LogLocation log, long first, int acknowledgements) throws Exception {
        Process process = start(log);
        try {
            BufferedReader output =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            String line = output.readLine();
            while (line != null && !line.startsWith("port ")) {
                line = output.readLine();
            }
            assertThat(line).as("the line with the port").isNotNull();
            int port = Integer.parseInt(line.substring("port ".length()));
            try (Socket socket = new Socket(ServerOptions.DEFAULT_HOST, port)) {
                Thread sender = Thread.ofVirtual().start(() -> send(socket, first));
                long position = readAcknowledgements(socket, acknowledgements, process);
                sender.join();
                return position;
            }
        } finally {
            process.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
        }
    }

    private static Process start(LogLocation log) throws IOException {
        String java = System.getProperty("java.home") + File.separator + "bin" + File.separator + "java";
        ProcessBuilder builder = new ProcessBuilder(
                        java,
                        "-Xmx512m",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ServerProcess.class.getName(),
                        log.directory().toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().putAll(PostgresServer.environment(log));
        return builder.start();
    }

    private static void send(Socket socket, long first) {
        try {
            OutputStream out = socket.getOutputStream();
            out.write(("POST /v1/simulations/s/commands HTTP/1.1\r\nHost: localhost\r\n"
                            + "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            for (long number = first; ; ) {
                StringBuilder lines = new StringBuilder();
                for (int i = 0; i < 500; i++, number++) {
                    lines.append(TestServer.map("u", address(number), 0x1000)).append('\n');
                }
                out.write((Integer.toHexString(lines.length()) + "\r\n" + lines + "\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException e) {
            // The server is dead, as it should be.
            assertThat(e).isNotNull();
        }
    }

    private static long address(long number) {
        return 0x1000 + number * 0x2000;
    }

    private static long readAcknowledgements(Socket socket, int wanted, Process process) throws IOException {
        BufferedReader in =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
        List<Long> positions = new ArrayList<>();
        String line = in.readLine();
        while (line != null) {
            if (line.startsWith("{")) {
                JsonNode acknowledgement = MAPPER.readTree(line);
                assertThat(acknowledgement.has("commands")).as(line).isTrue();
                positions.add(acknowledgement.path("position").asLong());
                if (positions.size() == wanted) {
                    process.destroyForcibly();
                }
            }
            try {
                line = in.readLine();
            } catch (IOException e) {
                break;
            }
        }
        assertThat(positions).hasSizeGreaterThanOrEqualTo(wanted);
        return positions.getLast();
    }

    private static void assertEventsAre(TestServer server, long head) throws IOException {
        long from = 1;
        while (from <= head) {
            JsonNode events = server.get("/v1/simulations/s/events?limit=10000&from=" + from)
                    .json()
                    .path("events");
            for (JsonNode event : events) {
                assertThat(event.path("position").asLong()).isEqualTo(from);
                if (from > 2) {
                    assertThat(event.path("range").path("start").asText())
                            .isEqualTo("0x%016x".formatted(address(from - 3)));
                }
                from++;
            }
        }
        assertThat(from).isEqualTo(head + 1);
    }
}
