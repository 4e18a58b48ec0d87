package pagefold.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.log.EventLog;
import pagefold.server.log.LoggedSimulation;

/** The program as a process of its own, with its signals and its exit code. */
class ProcessTest {
    /** What the shell shows for a process that a SIGTERM has ended: 128 + 15. */
    private static final int TERMINATED = 143;

    @TempDir
    private Path directory;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void kill() {
        started.forEach(Process::destroyForcibly);
    }

    private Process start(String... arguments) throws IOException {
        return start(Map.of(), arguments);
    }

    private Process start(Map<String, String> environment, String... arguments) throws IOException {
        ProcessBuilder builder = PagefoldProcess.of(arguments)
                .redirectError(directory.resolve("err").toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        started.add(process);
        return process;
    }

    private String err() throws IOException {
        return Files.readString(directory.resolve("err"));
    }

    /** The first line with an address that the process prints, and those before it. */
    private static URI address(Process process, List<String> before) throws IOException {
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith("http://")) {
                return URI.create(line);
            }
            before.add(line);
        }
        throw new IOException("expected the address of a server, but the output ended after " + before);
    }

    private static int exitCode(Process process) throws InterruptedException {
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("it ends").isTrue();
        return process.exitValue();
    }

    @Test
    void the_demo_shows_what_the_tables_cost_serves_and_ends_when_it_is_told_to() throws Exception {
        List<String> shown = new ArrayList<>();
        Process demo = start("demo", "--port", "0");

        URI server = address(demo, shown);
        CliRun walk = CliRun.of("walk", "demo", "0x564716ec8000", "--space", "17406", "--server", server.toString());
        demo.destroy();

        assertThat(shown).anyMatch(line -> line.startsWith("tables ")).anyMatch(line -> line.startsWith("image hash "));
        assertThat(walk.exitCode()).isZero();
        assertThat(walk.out()).contains("0x0000564716ec8000 -> 0x");
        assertThat(exitCode(demo)).isEqualTo(TERMINATED);
        assertThat(err()).contains("imported 1892 lines of strace").doesNotContain("ERROR", "WARN");
    }

    @Test
    void a_server_that_is_told_to_end_finishes_what_it_has_begun() throws Exception {
        Path data = directory.resolve("data");
        Process process = start("serve", "--port", "0", "--data", data.toString());
        URI server = address(process, new ArrayList<>());
        try (ApiClient api =
                new ApiClient(new ApiClient.Settings(List.of(server), null, Duration.ZERO, null), line -> {})) {
            var unused = SimVerb.create(api, "s", new SimVerb.PluginOptions());
        }

        try (Socket socket = new Socket(server.getHost(), server.getPort())) {
            send(
                    socket,
                    "POST /v1/simulations/s/commands HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
                            + "Content-Type: application/x-ndjson\r\n\r\n");
            sendChunk(socket, "{\"type\":\"annotate\",\"text\":\"before\"}\n");
            process.destroy();
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> isRefused(server));
            sendChunk(socket, "{\"type\":\"annotate\",\"text\":\"after\"}\n");
            send(socket, "0\r\n\r\n");
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);

            assertThat(answer).startsWith("HTTP/1.1 200 ").contains("{\"position\":3,\"commands\":2}");
        }
        assertThat(exitCode(process)).isEqualTo(TERMINATED);
        assertThat(err()).doesNotContain("ERROR", "WARN");
        try (EventLog log = EventLog.open(data, Clock.systemUTC())) {
            assertThat(log.list(LoggedSimulation.NameRange.ALL, "", 1000))
                    .extracting(LoggedSimulation::head)
                    .containsExactly(3L);
        }
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static void sendChunk(Socket socket, String text) throws IOException {
        send(socket, Integer.toHexString(text.length()) + "\r\n" + text + "\r\n");
    }

    private static boolean isRefused(URI server) {
        try (Socket socket = new Socket(server.getHost(), server.getPort())) {
            return !socket.isConnected();
        } catch (IOException refused) {
            return true;
        }
    }

    @Test
    void a_busy_port_is_a_sentence_and_exit_code_4() throws Exception {
        try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            for (String verb : List.of("serve", "demo")) {
                Process process = start(
                        verb,
                        "--port",
                        Integer.toString(busy.getLocalPort()),
                        "--data",
                        directory.resolve(verb).toString());

                assertThat(exitCode(process)).isEqualTo(ExitCodes.UNREACHABLE);
                assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                        .isEmpty();
                assertThat(err().lines().filter(line -> line.startsWith("pagefold: ")))
                        .singleElement()
                        .asString()
                        .contains("cannot listen on 127.0.0.1:" + busy.getLocalPort())
                        .endsWith("--port 0 takes a free port");
                assertThat(err()).doesNotContain("\tat ");
            }
        }
    }

    @Test
    void a_server_address_with_a_port_that_cannot_be_is_wrong_usage_in_the_environment_too() throws Exception {
        Process process = start(Map.of("PAGEFOLD_SERVER", "http://127.0.0.1:65536"), "sim", "ls");

        assertThat(exitCode(process)).isEqualTo(ExitCodes.USAGE);
        assertThat(err()).startsWith("pagefold: expected a port up to 65535");
    }
}
