package pagefold.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.log.LogLocation;
import pagefold.server.log.PostgresServer;

/** A real server, over HTTP, whose PostgreSQL goes away. */
class PostgresRestartTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int CLIENTS = 4;
    private static final int COMMANDS = 150;
    /** The selection of the plugin, and a space for each client. */
    private static final int BEFORE = 1 + CLIENTS;

    @TempDir
    private Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private PostgresServer postgres;
    private Process server;
    private URI uri;

    @BeforeEach
    void start() throws Exception {
        postgres = PostgresServer.start();
        LogLocation log = new LogLocation(directory, postgres.newDatabase());
        ProcessBuilder builder = PagefoldProcess.of("serve", "--port", "0", "--data", directory.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().putAll(PostgresServer.environment(log));
        server = builder.start();
        BufferedReader out = new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8));
        String line = out.readLine();
        while (line != null && !line.startsWith("http://")) {
            line = out.readLine();
        }
        assertThat(line).as("the address").isNotNull();
        uri = URI.create(line);
        assertThat(post("/v1/simulations", "{\"name\":\"s\",\"plugin\":\"arm64\",\"profile\":\"4k-48\"}", "make")
                        .statusCode())
                .isEqualTo(201);
        for (int client = 0; client < CLIENTS; client++) {
            assertThat(command(
                                    "{\"type\":\"create-space\",\"space\":\"u" + client + "\",\"kind\":\"user\"}",
                                    "space" + client)
                            .statusCode())
                    .isEqualTo(201);
        }
    }

    @AfterEach
    void stop() throws Exception {
        if (server != null) {
            server.destroyForcibly().waitFor();
        }
        if (postgres != null) {
            postgres.close();
        }
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(uri.resolve(path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String path, String body, String key) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(uri.resolve(path))
                        .header("Content-Type", "application/json")
                        .header("Idempotency-Key", key)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> command(String json, String key) throws IOException, InterruptedException {
        return post("/v1/simulations/s/commands", json, key);
    }

    private HttpResponse<String> map(int client, int number) throws IOException, InterruptedException {
        return command(
                ("{\"type\":\"map-range\",\"space\":\"u%d\",\"range\":{\"start\":\"0x%x\",\"size\":\"0x1000\"},"
                                + "\"output\":{\"object\":\"o\",\"offset\":\"0x0\",\"sharing\":\"private\"},"
                                + "\"attributes\":{\"permissions\":\"rw-/rw-\"}}")
                        .formatted(client, 0x10000L + 0x2000L * number),
                key(client, number));
    }

    /** Without a key, so that the first that is asked is whoever writes. */
    private HttpResponse<String> remark() throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(uri.resolve("/v1/simulations/s/commands"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString("{\"type\":\"annotate\",\"text\":\"away\"}"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static String key(int client, int number) {
        return "client-" + client + "-" + number;
    }

    private static void assertUnavailable(HttpResponse<String> answer) throws IOException {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        assertThat(MAPPER.readTree(answer.body()).path("type").asText()).endsWith("log-unavailable");
    }

    @Test
    void while_the_database_is_away_the_head_is_read_and_what_needs_the_log_says_so() throws Exception {
        assertThat(map(0, 0).statusCode()).isEqualTo(201);
        String before = get("/v1/simulations/s/stats").body();
        postgres.stop();

        for (int i = 0; i < 2; i++) {
            assertThat(get("/v1/simulations/s/stats").body()).isEqualTo(before);
            assertThat(get("/v1/simulations/s/spaces/u0/walk?va=0x10000").statusCode())
                    .isEqualTo(200);
            assertUnavailable(get("/v1/simulations/s/stats?at=2"));
            assertUnavailable(get("/v1/simulations/s/events?from=1"));
            assertUnavailable(map(0, 1));
            assertUnavailable(remark());
        }
        assertThat(get("/health/ready").statusCode()).isEqualTo(503);
        assertThat(get("/health/live").statusCode()).isEqualTo(200);

        postgres.startAgain();

        Awaitility.await().until(() -> get("/health/ready").statusCode() == 200);
        assertThat(map(0, 1).statusCode()).isEqualTo(201);
        assertThat(get("/v1/simulations/s/stats?at=2").statusCode()).isEqualTo(200);
        assertThat(ledger()).containsEntry(key(0, 1), 1);
    }

    @Test
    void a_server_that_has_nothing_to_write_is_not_ready_while_its_database_is_away() throws Exception {
        assertThat(get("/health/ready").statusCode()).isEqualTo(200);
        postgres.stop();
        Awaitility.await().until(() -> get("/health/ready").statusCode() == 503);

        postgres.startAgain();

        Awaitility.await().until(() -> get("/health/ready").statusCode() == 200);
        assertThat(map(0, 0).statusCode()).isEqualTo(201);
    }

    @Test
    void a_database_that_restarts_under_load_keeps_all_that_was_acknowledged_once() throws Exception {
        Map<String, Long> acknowledged = new ConcurrentHashMap<>();
        try (ExecutorService executor = Executors.newFixedThreadPool(CLIENTS)) {
            List<Future<Boolean>> clients = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                clients.add(executor.submit(client(client, acknowledged)));
            }
            for (String signal : List.of("QUIT", "INT")) {
                int reached = acknowledged.size();
                Awaitility.await().until(() -> acknowledged.size() >= reached + CLIENTS * COMMANDS / 4);
                postgres.restart(signal);
            }
            for (Future<Boolean> client : clients) {
                assertThat(client.get()).isTrue();
            }
        }

        assertThat(acknowledged).hasSize(CLIENTS * COMMANDS);
        assertThat(acknowledged.values()).doesNotHaveDuplicates();
        Map<String, Integer> kept = ledger();
        acknowledged.keySet().forEach(key -> assertThat(kept).containsEntry(key, 1));
        assertThat(MAPPER.readTree(get("/v1/simulations/s/stats").body())
                        .path("position")
                        .asInt())
                .isEqualTo(BEFORE + CLIENTS * COMMANDS);
    }

    /** One that sends each command again, with the same key, until it is acknowledged. */
    private Callable<Boolean> client(int client, Map<String, Long> acknowledged) {
        return () -> {
            for (int each = 0; each < COMMANDS; each++) {
                int number = each;
                Awaitility.await()
                        .pollDelay(Duration.ZERO)
                        .atMost(PATIENCE)
                        .until(() -> isAcknowledged(map(client, number), key(client, number), acknowledged));
            }
            return true;
        };
    }

    private static boolean isAcknowledged(HttpResponse<String> answer, String key, Map<String, Long> acknowledged)
            throws IOException {
        if (answer.statusCode() == 201) {
            acknowledged.put(
                    key, MAPPER.readTree(answer.body()).path("position").asLong());
            return true;
        }
        assertUnavailable(answer);
        return false;
    }

    /** How often each command is in the history. */
    private Map<String, Integer> ledger() throws IOException, InterruptedException {
        Map<String, Integer> times = new HashMap<>();
        for (JsonNode event : MAPPER.readTree(
                        get("/v1/simulations/s/events?from=1&limit=10000").body())
                .path("events")) {
            times.merge(event.path("commandId").asText(), 1, Integer::sum);
        }
        return times;
    }
}
