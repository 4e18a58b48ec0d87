package pagefold.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Writers, one for each simulation, that ask nodes by chance, and a ledger of all that was acknowledged, which is held
 * against the log in the end.
 */
final class ClusterLoad implements AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final Supplier<List<URI>> nodes;
    private final boolean keyed;
    private final SplittableRandom random;
    private final List<Thread> writers = new ArrayList<>();
    private final Map<String, List<Long>> gaps = new ConcurrentHashMap<>();
    private final Map<String, Map<String, Long>> ledger = new ConcurrentHashMap<>();
    private final List<String> unacknowledged = Collections.synchronizedList(new ArrayList<>());
    private final List<String> wrong = Collections.synchronizedList(new ArrayList<>());
    private volatile boolean stopped;

    /**
     * Makes simulations.
     *
     * @param nodes that are asked; may change
     * @param keyed whether commands have an {@code Idempotency-Key}, and are sent until they are acknowledged
     */
    ClusterLoad(Supplier<List<URI>> nodes, int simulations, boolean keyed, long seed) throws Exception {
        System.out.println("seed " + seed);
        this.nodes = nodes;
        this.keyed = keyed;
        this.random = new SplittableRandom(seed);
        for (int i = 0; i < simulations; i++) {
            String name = "load-" + seed + "-" + i;
            HttpResponse<String> made = client.send(
                    HttpRequest.newBuilder(URI.create(nodes.get().getFirst() + "/v1/simulations"))
                            .header("Content-Type", "application/json")
                            .POST(BodyPublishers.ofString(
                                    "{\"name\":\"" + name + "\",\"plugin\":\"arm64\",\"profile\":\"4k-48\"}"))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
            ledger.put(name, new ConcurrentHashMap<>());
            gaps.put(name, Collections.synchronizedList(new ArrayList<>()));
        }
    }

    Set<String> simulations() {
        return ledger.keySet();
    }

    void start() {
        for (String simulation : ledger.keySet()) {
            SplittableRandom own = random.split();
            writers.add(Thread.ofVirtual().start(() -> write(simulation, own)));
        }
    }

    private void write(String simulation, SplittableRandom own) {
        long last = System.nanoTime();
        for (int i = 0; !stopped; i++) {
            String text = simulation + " " + i;
            boolean acknowledged = send(simulation, text, own);
            while (!acknowledged && keyed) {
                pause(own.nextInt(20, 100));
                acknowledged = send(simulation, text, own);
            }
            long now = System.nanoTime();
            if (acknowledged) {
                gaps.get(simulation).add(now - last);
                last = now;
            }
        }
    }

    private boolean send(String simulation, String text, SplittableRandom own) {
        List<URI> known = nodes.get();
        URI node = known.get(own.nextInt(known.size()));
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(node + "/v1/simulations/" + simulation + "/commands"))
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(40))
                .POST(BodyPublishers.ofString("{\"type\":\"annotate\",\"text\":\"" + text + "\"}"));
        if (keyed) {
            request.header("Idempotency-Key", text);
        }
        try {
            HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
            if (response.statusCode() == 201) {
                long position =
                        MAPPER.readTree(response.body()).path("position").asLong();
                ledger.get(simulation).put(text, position);
                return true;
            }
            unacknowledged.add(text + " at " + node + ": " + response.body());
            if (response.statusCode() != 503
                    || response.headers().firstValue("Retry-After").isEmpty()) {
                wrong.add(text + " at " + node + ": " + response.statusCode() + " " + response.body());
            }
        } catch (IOException e) {
            unacknowledged.add(text + " at " + node + ": " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    private static void pause(int millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until each simulation has acknowledged some more. */
    void awaitProgress(int more) {
        Map<String, Integer> before = new HashMap<>();
        ledger.forEach((name, acknowledged) -> before.put(name, acknowledged.size()));
        org.awaitility.Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .until(() -> ledger.entrySet().stream()
                        .allMatch(entry -> entry.getValue().size() >= before.get(entry.getKey()) + more));
    }

    /** No more commands; waits for the answers. */
    void stop() throws InterruptedException {
        stopped = true;
        for (Thread writer : writers) {
            writer.join();
        }
    }

    /** What was answered with anything but an acknowledgement. */
    List<String> unacknowledged() {
        return List.copyOf(unacknowledged);
    }

    /** The longest time from one acknowledgement of a simulation to the next, in milliseconds. */
    long longestGapMillis() {
        return gaps.values().stream()
                        .flatMap(List::stream)
                        .mapToLong(Long::longValue)
                        .max()
                        .orElse(0)
                / 1_000_000;
    }

    /** Each acknowledged command is in the log once, where it was said to be; refusals were those that one may repeat. */
    void verify() throws Exception {
        assertThat(wrong).isEmpty();
        for (Map.Entry<String, Map<String, Long>> each : ledger.entrySet()) {
            Map<String, List<Long>> found = new HashMap<>();
            long next = 1;
            while (next > 0) {
                JsonNode page = json("/v1/simulations/" + each.getKey() + "/events?limit=10000&from=" + next);
                for (JsonNode event : page.path("events")) {
                    found.computeIfAbsent(event.path("text").asText(), text -> new ArrayList<>())
                            .add(event.path("position").asLong());
                }
                next = page.path("next").asLong();
            }
            each.getValue()
                    .forEach((text, position) ->
                            assertThat(found.get(text)).as(text).containsExactly(position));
            found.remove("");
            assertThat(found)
                    .allSatisfy(
                            (text, positions) -> assertThat(positions).as(text).hasSize(1));
            Set<String> hashes = new HashSet<>();
            for (URI node : nodes.get()) {
                JsonNode stats = json(node, "/v1/simulations/" + each.getKey() + "/stats?consistency=any");
                hashes.add(stats.path("position").asText() + " "
                        + stats.path("imageHash").asText());
            }
            assertThat(hashes).as(each.getKey()).hasSize(1);
        }
    }

    private JsonNode json(String path) throws Exception {
        return json(nodes.get().getFirst(), path);
    }

    private JsonNode json(URI node, String path) throws Exception {
        return MAPPER.readTree(
                client.send(HttpRequest.newBuilder(URI.create(node + path)).build(), BodyHandlers.ofByteArray())
                        .body());
    }

    @Override
    public void close() {
        stopped = true;
        client.shutdownNow();
    }
}
