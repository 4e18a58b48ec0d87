package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plugins are swapped at every moment at which nodes join and leave. */
class SwapWhileMovingTest {
    private static final int SIMULATIONS = 12;
    private static final List<String> PROFILES = List.of("16k-48", "64k-48", "4k-48");

    @TempDir
    private Path directory;

    /** The profile that was acknowledged last, by simulation. */
    private final Map<String, String> selected = new ConcurrentHashMap<>();

    /** How many were acknowledged, by simulation; the first of each made it. */
    private final Map<String, Integer> swaps = new ConcurrentHashMap<>();

    private final AtomicBoolean stops = new AtomicBoolean();
    private final AtomicInteger rounds = new AtomicInteger();

    /** Swaps every second simulation in turn; answers what was refused. */
    private List<String> swap(TestServer node, int first) throws IOException {
        List<String> refused = new ArrayList<>();
        for (int round = 0; !stops.get(); round++) {
            String profile = PROFILES.get(round % PROFILES.size());
            for (int i = first; i < SIMULATIONS; i += 2) {
                TestServer.Reply reply = node.post(
                        "/v1/simulations/s" + i + "/swap",
                        TestServer.JSON,
                        "{\"plugin\":\"arm64\",\"profile\":\"" + profile + "\"}");
                if (reply.status() == 201) {
                    selected.put("s" + i, profile);
                    swaps.merge("s" + i, 1, Integer::sum);
                } else {
                    refused.add(reply.status() + " " + reply.text());
                }
            }
            rounds.incrementAndGet();
        }
        return refused;
    }

    private void awaitRounds(int more) {
        int before = rounds.get();
        await().atMost(Duration.ofMinutes(1)).until(() -> rounds.get() >= before + more);
    }

    @Test
    void no_swap_is_refused_or_done_twice_and_all_nodes_have_the_tables_of_the_last_one() throws Exception {
        try (ClusterNodes nodes = new ClusterNodes(directory);
                var threads =
                        Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
            TestServer a = nodes.start("a");
            TestServer b = nodes.start("b");
            nodes.awaitReady();
            for (int i = 0; i < SIMULATIONS; i++) {
                a.create("s" + i, "arm64", "4k-48");
                a.command("s" + i, TestServer.createSpace("init"));
                a.command("s" + i, TestServer.map("init", 0x400000, 0x200000));
            }
            CompletableFuture<List<String>> first = CompletableFuture.supplyAsync(() -> unchecked(a, 0), threads);
            CompletableFuture<List<String>> second = CompletableFuture.supplyAsync(() -> unchecked(b, 1), threads);

            awaitRounds(2);
            nodes.start("c");
            nodes.start("d");
            nodes.awaitReady();
            awaitRounds(4);
            nodes.stop("c");
            awaitRounds(4);
            nodes.stop("d");
            awaitRounds(4);
            stops.set(true);

            assertThat(first.join()).isEmpty();
            assertThat(second.join()).isEmpty();
            assertThat(selected).hasSize(SIMULATIONS);
            for (Map.Entry<String, String> last : selected.entrySet()) {
                String path = "/v1/simulations/" + last.getKey();
                assertThat(a.get(path + "/events?limit=1000").text().split("plugin-selected", -1))
                        .as("the events of %s", last.getKey())
                        .hasSize(1 + 1 + swaps.get(last.getKey()));
                assertThat(nodes.all())
                        .extracting(node -> node.get(path + "?consistency=any")
                                .json()
                                .path("profile")
                                .asText())
                        .containsOnly(last.getValue());
                assertThat(nodes.all().stream()
                                .map(node -> hash(node, path + "/stats?consistency=any"))
                                .distinct())
                        .containsExactly(hash(a, path + "/stats"));
            }
        }
    }

    private List<String> unchecked(TestServer node, int start) {
        try {
            return swap(node, start);
        } catch (IOException e) {
            return List.of(e.toString());
        }
    }

    private static String hash(TestServer node, String path) {
        try {
            return node.get(path).json().path("imageHash").asText();
        } catch (IOException e) {
            return e.toString();
        }
    }
}
