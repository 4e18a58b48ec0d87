package pagefold.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real server process, with its log for machines, that is told to end. */
class DrainTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    @TempDir
    private Path data;

    @Test
    void requests_that_were_taken_are_answered_before_the_process_ends() throws Exception {
        Process process = start();
        try (BufferedReader log = reader(process)) {
            int port = port(log);
            try (HttpClient http = HttpClient.newHttpClient()) {
                http.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/simulations"))
                                .header("Content-Type", "application/json")
                                .header("traceparent", "00-" + TRACE + "-00f067aa0ba902b7-01")
                                .POST(HttpRequest.BodyPublishers.ofString(
                                        "{\"name\":\"s\",\"plugin\":\"arm64\",\"profile\":\"4k-48\"}"))
                                .build(),
                        HttpResponse.BodyHandlers.discarding());
            }
            List<String> entries = new ArrayList<>();
            String acknowledged = stopInTheMiddle(process, port);

            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            log.lines().forEach(entries::add);
            assertThat(acknowledged.lines().filter(line -> line.startsWith("{")))
                    .containsExactly("{\"position\":3,\"commands\":2}");
            assertThat(acknowledged).startsWith("HTTP/1.1 200").endsWith("\r\n0\r\n\r\n");
            assertThat(entries)
                    .allSatisfy(line -> assertThat(
                                    MAPPER.readTree(line).path("level").asText())
                            .isIn("INFO", "WARN", "ERROR"));
            assertThat(entries).anyMatch(line -> line.contains(TRACE) && line.contains("createSimulation"));
        } finally {
            process.destroyForcibly();
        }
    }

    /** Sends a stream of commands whose end comes when the server has been told to end; all of the answer. */
    private static String stopInTheMiddle(Process process, int port) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            OutputStream out = socket.getOutputStream();
            out.write(("POST /v1/simulations/s/commands HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                            + "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
                            + chunk("{\"type\":\"annotate\",\"text\":\"one\"}\n"))
                    .getBytes(StandardCharsets.US_ASCII));
            out.flush();
            awaitTaken(port);
            // Not Process.destroy: that closes the output of the process, too.
            process.toHandle().destroy();
            awaitRefusal(port);
            out.write((chunk("{\"type\":\"annotate\",\"text\":\"two\"}\n") + "0\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            out.flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private static String chunk(String text) {
        return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
    }

    /** One more request on another connection is answered: the one before it was read. */
    private static void awaitTaken(int port) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.getOutputStream()
                    .write("GET /v1/simulations/s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 200");
        }
    }

    private static void awaitRefusal(int port) {
        await().atMost(Duration.ofMinutes(1)).until(() -> {
            try (Socket probe = new Socket("127.0.0.1", port)) {
                return !probe.isConnected();
            } catch (IOException e) {
                return true;
            }
        });
    }

    private Process start() throws IOException {
        return PagefoldProcess.of("serve", "--port", "0", "--log", "json", "--data", data.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static BufferedReader reader(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Reads the log up to the entry that says where the server listens. */
    private static int port(BufferedReader log) throws IOException {
        for (String line = log.readLine(); line != null; line = log.readLine()) {
            JsonNode entry = MAPPER.readTree(line);
            String message = entry.path("formattedMessage").asText();
            if (message.startsWith("listening on ")) {
                return URI.create(message.substring(13)).getPort();
            }
        }
        throw new IOException("the server ended before it listened");
    }
}
