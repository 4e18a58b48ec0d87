package pagefold.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real server whose disk is full, and one whose files may not grow. */
class FullDiskTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int MOST_COMMANDS = 20_000;
    private static final int BLOCK = 4096;

    @TempDir
    private Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private @Nullable Process server;
    private @Nullable Path mounted;
    private URI uri = URI.create("http://127.0.0.1");

    @AfterEach
    void clean() throws Exception {
        if (server != null) {
            server.destroyForcibly().waitFor();
        }
        if (mounted != null) {
            run("umount", mounted.toString());
        }
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    private static boolean can(String what, boolean isPossible) {
        if (!isPossible) {
            System.err.println("NOT TESTED: " + what + " needs more rights than this test has.");
        }
        return isPossible;
    }

    private void start(Path data) throws IOException {
        Process process = PagefoldProcess.of("serve", "--port", "0", "--data", data.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        server = process;
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = out.readLine();
        assertThat(line).as("the address").isNotNull();
        uri = URI.create(line);
    }

    private void stop() throws InterruptedException {
        Process process = server;
        assertThat(process).isNotNull();
        process.destroy();
        process.waitFor();
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(uri.resolve(path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(uri.resolve(path))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private void make(String simulation) throws IOException, InterruptedException {
        assertThat(post(
                                "/v1/simulations",
                                "{\"name\":\"" + simulation + "\",\"plugin\":\"arm64\",\"profile\":\"4k-48\"}")
                        .statusCode())
                .isEqualTo(201);
        assertThat(command(simulation, "{\"type\":\"create-space\",\"space\":\"u\",\"kind\":\"user\"}")
                        .statusCode())
                .isEqualTo(201);
        assertThat(map(simulation, 0).statusCode()).isEqualTo(201);
    }

    private HttpResponse<String> command(String simulation, String json) throws IOException, InterruptedException {
        return post("/v1/simulations/" + simulation + "/commands", json);
    }

    private HttpResponse<String> map(String simulation, int number) throws IOException, InterruptedException {
        return command(
                simulation,
                ("{\"type\":\"map-range\",\"space\":\"u\",\"range\":{\"start\":\"0x%x\",\"size\":\"0x1000\"},"
                                + "\"output\":{\"object\":\"o\",\"offset\":\"0x0\",\"sharing\":\"private\"},"
                                + "\"attributes\":{\"permissions\":\"rw-/rw-\"}}")
                        .formatted(0x10000L + 0x2000L * number));
    }

    /** Maps until the log takes no more; answers how many were acknowledged, the first one counted. */
    private int mapUntilRefused() throws IOException, InterruptedException {
        for (int number = 1; number < MOST_COMMANDS; number++) {
            HttpResponse<String> answer = map("s", number);
            if (answer.statusCode() != 201) {
                assertUnavailable(answer);
                return number;
            }
        }
        throw new AssertionError("expected a disk to be full, but it took " + MOST_COMMANDS + " commands");
    }

    private static void assertUnavailable(HttpResponse<String> answer) throws IOException {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
        assertThat(answer.headers().firstValue("content-type")).hasValue("application/problem+json");
        JsonNode problem = MAPPER.readTree(answer.body());
        assertThat(problem.path("type").asText()).endsWith("log-unavailable");
        assertThat(problem.path("detail").asText()).startsWith("The log cannot write now");
    }

    private void assertReadable(int mapped) throws IOException, InterruptedException {
        int head = mapped + 2;
        for (String path : List.of(
                "/v1/simulations",
                "/v1/simulations/s/stats",
                "/v1/simulations/s/stats?at=2",
                "/v1/simulations/s/events?from=1&limit=10000",
                "/v1/simulations/s/spaces",
                "/v1/simulations/s/spaces/u/walk?va=0x10000",
                "/v1/simulations/s/spaces/u/regions",
                "/v1/simulations/s/spaces/u/regions?at=3",
                "/v1/simulations/s/spaces/u/ptdump",
                // Nobody has opened this one since the server was started.
                "/v1/simulations/idle/stats",
                "/v1/simulations/idle/spaces/u/walk?va=0x10000")) {
            HttpResponse<String> answer = get(path);
            assertThat(answer.statusCode()).as(path + ": " + answer.body()).isEqualTo(200);
        }
        assertThat(MAPPER.readTree(get("/v1/simulations/s/stats").body())
                        .path("position")
                        .asInt())
                .isEqualTo(head);
        assertThat(get("/v1/simulations/none/stats").statusCode()).isEqualTo(404);
    }

    private void assertRefusedAndReadable(int mapped) throws IOException, InterruptedException {
        for (int i = 0; i < 2; i++) {
            assertReadable(mapped);
            assertUnavailable(map("s", mapped));
            assertUnavailable(map("idle", 1));
            assertUnavailable(
                    post("/v1/simulations", "{\"name\":\"more\",\"plugin\":\"arm64\",\"profile\":\"4k-48\"}"));
        }
        assertThat(get("/health/ready").statusCode()).isEqualTo(503);
        assertThat(get("/health/ready").body()).contains("the log cannot be written");
        assertThat(get("/health/live").statusCode()).isEqualTo(200);
    }

    private void assertGoesOn(Path data, int mapped) throws IOException, InterruptedException {
        Awaitility.await().until(() -> get("/health/ready").statusCode() == 200);
        assertThat(map("s", mapped).statusCode()).isEqualTo(201);
        assertThat(map("idle", 1).statusCode()).isEqualTo(201);
        make("more");
        assertReadable(mapped + 1);
        String image = MAPPER.readTree(get("/v1/simulations/s/stats").body())
                .path("imageHash")
                .asText();

        stop();
        start(data);

        assertReadable(mapped + 1);
        assertThat(MAPPER.readTree(get("/v1/simulations/s/stats").body())
                        .path("imageHash")
                        .asText())
                .isEqualTo(image);
    }

    private void startTwice(Path data) throws IOException, InterruptedException {
        start(data);
        make("s");
        make("idle");
        stop();
        start(data);
    }

    @Test
    void while_the_disk_is_full_commands_are_refused_and_reads_go_on() throws Exception {
        Path disk = Files.createDirectory(directory.resolve("disk"));
        boolean isMounted = System.getProperty("user.name").equals("root")
                && run("mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", disk.toString()) == 0;
        assumeTrue(can("a full disk", isMounted));
        mounted = disk;
        Path data = disk.resolve("data");
        startTwice(data);
        Path filler = disk.resolve("filler");
        fill(filler);

        int mapped = mapUntilRefused();
        assertRefusedAndReadable(mapped);

        Files.delete(filler);
        assertGoesOn(data, mapped);
    }

    private static void fill(Path file) throws IOException {
        byte[] block = new byte[BLOCK];
        try (OutputStream out = Files.newOutputStream(file)) {
            while (true) {
                out.write(block);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
    }

    @Test
    void while_writes_fail_commands_are_refused_and_reads_go_on() throws Exception {
        Path data = directory.resolve("data");
        startTwice(data);
        map("s", 0);
        Process process = server;
        assertThat(process).isNotNull();
        long largest = Math.max(Files.size(data.resolve("pagefold.db")), Files.size(data.resolve("pagefold.db-wal")));
        assumeTrue(can(
                "a limit of the size of files",
                run("prlimit", "--pid", "" + process.pid(), "--fsize=" + largest + ":unlimited") == 0));

        int mapped = mapUntilRefused();
        assertRefusedAndReadable(mapped);

        assertThat(run("prlimit", "--pid", "" + process.pid(), "--fsize=unlimited"))
                .isZero();
        assertGoesOn(data, mapped);
    }
}
