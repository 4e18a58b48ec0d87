package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.api.TestServer.Reply;

/** Simulations over three nodes, and over four. */
class SpreadTest {
    private static final int SIMULATIONS = 90;
    private static final int REGIONS = 20;
    private static final int WRITERS = 6;

    @TempDir
    private Path directory;

    private record Placed(String owner, long epoch, long position) {}

    /** As node "a" tells it, in pages. */
    private static Map<String, Placed> placed(ClusterNodes nodes) throws IOException {
        Map<String, String> names = new HashMap<>();
        Map<String, Placed> placed = new LinkedHashMap<>();
        String after = "";
        do {
            JsonNode page = nodes.at("a").get("/v1/cluster?limit=50" + after).json();
            page.path("nodes")
                    .forEach(each -> names.put(
                            each.path("id").asText(), each.path("name").asText()));
            page.path("simulations")
                    .forEach(row -> placed.put(
                            row.path("name").asText(),
                            new Placed(
                                    names.get(row.path("owner").asText()),
                                    row.path("epoch").asLong(),
                                    row.path("position").asLong())));
            after = page.path("next").isMissingNode()
                    ? ""
                    : "&after=" + page.path("next").asText();
        } while (!after.isEmpty());
        return placed;
    }

    private static Map<String, Long> shares(Map<String, Placed> placed) {
        return placed.values().stream().collect(Collectors.groupingBy(Placed::owner, Collectors.counting()));
    }

    private static String filling() {
        return IntStream.range(0, REGIONS)
                .mapToObj(i -> TestServer.map("init", 0x400000 + i * 0x20000L, 0x10000))
                .collect(Collectors.joining(",", "[" + TestServer.createSpace("init") + ",", "]"));
    }

    @Test
    void simulations_are_spread_evenly_and_a_node_that_joins_takes_a_quarter_without_a_failed_write() throws Exception {
        try (ClusterNodes nodes = new ClusterNodes(directory)) {
            for (String name : List.of("a", "b", "c")) {
                nodes.start(name);
            }
            nodes.awaitReady();
            List<TestServer> asked = nodes.all();
            List<String> all =
                    IntStream.range(0, SIMULATIONS).mapToObj(i -> "s-" + i).toList();
            for (int i = 0; i < SIMULATIONS; i++) {
                TestServer server = asked.get(i % asked.size());
                server.create(all.get(i), "arm64", "4k-48");
                assertThat(server.command(all.get(i), filling()).status()).isEqualTo(201);
            }
            Map<String, Placed> before = placed(nodes);
            // 271 partitions make it uneven by a little, and names by chance: so few simulations are a rough measure.
            assertThat(shares(before).values())
                    .hasSize(3)
                    .allSatisfy(share -> assertThat(share).isBetween(SIMULATIONS / 3L - 20, SIMULATIONS / 3L + 20));

            Queue<String> failed = new ConcurrentLinkedQueue<>();
            Map<String, Integer> written = new ConcurrentHashMap<>();
            AtomicBoolean stops = new AtomicBoolean();
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<?>> writers = new ArrayList<>();
                for (int i = 0; i < WRITERS; i++) {
                    int writer = i;
                    writers.add(threads.submit(() -> {
                        for (int at = writer; !stops.get(); at = (at + WRITERS) % SIMULATIONS) {
                            Reply reply = asked.get(at % asked.size()).command(all.get(at), TestServer.remark("more"));
                            if (reply.status() != 201) {
                                failed.add(reply.status() + " " + reply.text());
                            }
                            written.merge(all.get(at), 1, Integer::sum);
                        }
                        return null;
                    }));
                }
                try {
                    nodes.start("d");
                    nodes.awaitReady();
                    await().atMost(Duration.ofMinutes(1))
                            .until(() -> shares(placed(nodes)).size() == 4);
                    // Every simulation is written once more wherever it is now.
                    Map<String, Integer> then = Map.copyOf(written);
                    await().atMost(Duration.ofMinutes(1))
                            .until(() -> all.stream()
                                    .allMatch(name -> written.getOrDefault(name, 0) >= then.getOrDefault(name, 0) + 2));
                } finally {
                    stops.set(true);
                }
                for (Future<?> writer : writers) {
                    writer.get();
                }
            }

            Map<String, Placed> after = placed(nodes);
            List<String> moved = all.stream()
                    .filter(name ->
                            !before.get(name).owner().equals(after.get(name).owner()))
                    .toList();
            assertThat(failed).isEmpty();
            assertThat(moved)
                    .hasSizeBetween(SIMULATIONS / 4 - 16, SIMULATIONS / 4 + 16)
                    .allSatisfy(name -> assertThat(after.get(name).owner()).isEqualTo("d"));
            assertThat(all).allSatisfy(name -> {
                Placed then = after.get(name);
                assertThat(then.position()).isEqualTo(2 + REGIONS + written.get(name));
                // Each was taken over once, by the node that joined, and by none before it was ready.
                assertThat(then.epoch() - before.get(name).epoch()).isEqualTo(moved.contains(name) ? 1 : 0);
            });
        }
    }
}
