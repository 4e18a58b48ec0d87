package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes over one PostgreSQL, in one process. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClusterTest {
    private static final List<String> NAMES = List.of("a", "b", "c");

    private ClusterNodes nodes;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        nodes = new ClusterNodes(directory);
        for (String name : NAMES) {
            nodes.start(name);
        }
        nodes.awaitReady();
    }

    @AfterAll
    void stop() {
        nodes.close();
    }

    private TestServer at(String name) {
        return nodes.at(name);
    }

    @Test
    void any_node_answers_any_request_and_says_who_has_answered() throws Exception {
        String simulation = nodes.simulationOf("b");

        TestServer.Reply made = at("a").command(simulation, TestServer.createSpace("init"));
        TestServer.Reply mapped = at("c").command(simulation, TestServer.map("init", 0x400000, 0x10000));
        TestServer.Reply refused = at("c").command(simulation, TestServer.map("init", 0x400000, 0x1000));
        TestServer.Reply read = at("a").get("/v1/simulations/" + simulation + "/spaces/init/regions");
        TestServer.Reply gone = at("a").delete("/v1/simulations/" + simulation);

        assertThat(made.status()).isEqualTo(201);
        assertThat(mapped.header("ETag")).isEqualTo("\"3\"");
        assertThat(List.of(made, mapped, refused, read))
                .allSatisfy(reply -> assertThat(reply.header(Forwarder.NODE)).isEqualTo("b"));
        assertThat(refused.problem()).isEqualTo("overlaps");
        assertThat(read.json().path("regions")).hasSize(1);
        assertThat(gone.status()).isEqualTo(204);
        assertThat(at("b").get("/v1/simulations/" + simulation).status()).isEqualTo(404);
    }

    @Test
    void conditions_and_heads_go_through_any_node() throws Exception {
        String simulation = nodes.simulationOf("b");
        String path = "/v1/simulations/" + simulation;
        at("c").command(simulation, TestServer.createSpace("init"));

        TestServer.Reply head = at("a").send("HEAD", path, BodyPublishers.noBody());
        TestServer.Reply get = at("a").get(path);
        TestServer.Reply stale = at("c").send("DELETE", path, BodyPublishers.noBody(), "If-Match", "\"1\"");
        TestServer.Reply gone = at("c").send("DELETE", path, BodyPublishers.noBody(), "If-Match", "\"2\"");
        TestServer.Reply none = at("a").send("HEAD", path, BodyPublishers.noBody());

        assertThat(List.of(head, get, stale, gone))
                .allSatisfy(reply -> assertThat(reply.header(Forwarder.NODE)).isEqualTo("b"));
        assertThat(List.of(head.status(), stale.status(), gone.status(), none.status()))
                .containsExactly(200, 412, 204, 404);
        assertThat(head.header("ETag")).isEqualTo(get.header("ETag")).isEqualTo("\"2\"");
        assertThat(head.response().body()).isEmpty();
    }

    @Test
    void bodies_and_upgrades_where_none_belongs_are_treated_by_any_node_as_by_the_owner() throws Exception {
        String simulation = nodes.simulationOf("b");
        String path = "/v1/simulations/" + simulation;
        String command = TestServer.createSpace("init");

        for (String name : List.of("b", "a")) {
            String unexpected =
                    raw(name, "GET " + path + "/spaces HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5", "hello");
            String upgrade = raw(
                    name,
                    "POST " + path + "/commands HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nContent-Type: "
                            + TestServer.JSON + "\r\nContent-Length: " + command.length(),
                    command);

            assertThat(unexpected).startsWith("HTTP/1.1 200 ");
            assertThat(upgrade).startsWith(name.equals("b") ? "HTTP/1.1 201 " : "HTTP/1.1 409 ");
        }
    }

    /** Sends what clients do not; answers the first line of what comes back. */
    private String raw(String node, String head, String body) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", at(node).uri("/").getPort())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write((head + "\r\nConnection: upgrade\r\n\r\n" + body).getBytes(StandardCharsets.US_ASCII));
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                    .readLine();
        }
    }

    @Test
    void streams_go_through_any_node() throws Exception {
        String simulation = nodes.simulationOf("c");
        String path = "/v1/simulations/" + simulation;
        int count = 3000;
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < count; i++) {
            lines.append(TestServer.remark("line " + i)).append('\n');
        }
        try (SseClient clients = new SseClient();
                SocketClient socket = new SocketClient(at("a").uri(path + "/socket"))) {
            SseClient.Stream events = clients.behind(at("b").uri(path + "/events/stream"), 0);

            TestServer.Reply taken = at("a").stream(simulation, lines.toString());
            socket.send("{\"type\":\"commands\",\"id\":\"1\",\"commands\":[" + TestServer.remark("last") + "]}");
            JsonNode answer = socket.next();

            assertThat(taken.lines().getLast().path("position").asLong()).isEqualTo(count + 1);
            assertThat(answer.path("position").asLong()).isEqualTo(count + 2);
            await().atMost(Duration.ofMinutes(1)).until(() -> events.position() == count + 2);
            assertThat(events.wrong()).isNull();
        }
    }

    @Test
    void any_node_reads_from_the_log_at_the_position_that_it_says() throws Exception {
        String simulation = nodes.simulationOf("b");
        at("c").command(simulation, TestServer.createSpace("init"));
        at("c").command(simulation, TestServer.map("init", 0x400000, 0x200000));

        Map<String, TestServer.Reply> replies = new LinkedHashMap<>();
        for (String name : NAMES) {
            replies.put(name, at(name).get("/v1/simulations/" + simulation + "/stats?consistency=any"));
        }
        TestServer.Reply wrong = at("a").get("/v1/simulations/" + simulation + "/stats?consistency=some");

        assertThat(replies).allSatisfy((name, reply) -> {
            assertThat(reply.header(Forwarder.NODE)).isEqualTo(name);
            assertThat(reply.header("ETag")).isEqualTo("\"3\"");
        });
        assertThat(replies.values().stream()
                        .map(reply -> reply.json().path("imageHash"))
                        .distinct())
                .hasSize(1);
        assertThat(at("b").hash(simulation))
                .isEqualTo(replies.get("a").json().path("imageHash").asText());
        assertThat(wrong.status()).isEqualTo(400);
    }

    @Test
    void the_status_has_the_nodes_and_where_the_simulations_are() throws Exception {
        String simulation = nodes.simulationOf("c");
        at("a").command(simulation, TestServer.createSpace("init"));
        String before = simulation.substring(0, simulation.length() - 1);

        JsonNode status = at("a").get("/v1/cluster?hashes=true&limit=1000").json();
        JsonNode page = at("a").get("/v1/cluster?limit=1").json();

        Map<String, JsonNode> byName = new LinkedHashMap<>();
        status.path("nodes").forEach(node -> byName.put(node.path("name").asText(), node));
        assertThat(byName.keySet()).containsExactlyElementsOf(NAMES);
        assertThat(byName.get("a").path("local").asBoolean()).isTrue();
        assertThat(byName.get("b").path("local").asBoolean()).isFalse();
        assertThat(byName.get("c").path("api").asText())
                .isEqualTo(at("c").uri("").toString());
        JsonNode row = null;
        for (JsonNode each : status.path("simulations")) {
            row = each.path("name").asText().equals(simulation) ? each : row;
        }
        assertThat(row).as("%s behind %s", simulation, before).isNotNull();
        String id = byName.get("c").path("id").asText();
        assertThat(row.path("owner").asText()).isEqualTo(id);
        assertThat(row.path("openAt").asText()).isEqualTo(id);
        assertThat(row.path("position").asLong()).isEqualTo(2);
        assertThat(row.path("hashes").get(0).path("imageHash").asText()).isEqualTo(at("b").hash(simulation));
        assertThat(page.path("simulations")).hasSize(1);
        assertThat(at("a").get("/v1/cluster?limit=1&after=" + page.path("next").asText())
                        .json()
                        .path("simulations")
                        .get(0)
                        .path("name")
                        .asText())
                .isGreaterThan(page.path("next").asText());
    }

    @Test
    void every_node_tells_how_many_simulations_each_is_to_have() throws Exception {
        String simulation = nodes.simulationOf("b");
        Map<String, Integer> before = owners();

        assertThat(before.values().stream().mapToInt(count -> count).sum())
                .isEqualTo(at("a").get("/v1/simulations")
                        .json()
                        .path("simulations")
                        .size());
        for (int i = 0; i < 3; i++) {
            nodes.simulationOf("b");
            for (String name : NAMES) {
                assertThat(counts(name)).isEqualTo(owners());
            }
        }
        at("c").delete("/v1/simulations/" + simulation);
        at("c").create(simulation + "-other", "arm64", "4k-48");
        for (String name : NAMES) {
            assertThat(counts(name)).isEqualTo(owners());
        }
    }

    private static Map<String, Integer> countsOf(JsonNode nodes) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        nodes.forEach(node ->
                counts.put(node.path("id").asText(), node.path("simulations").asInt()));
        return counts;
    }

    private Map<String, Integer> counts(String asked) throws IOException {
        return countsOf(at(asked).get("/v1/cluster?limit=0").json().path("nodes"));
    }

    /** What the counts must be, one simulation after the other. */
    private Map<String, Integer> owners() throws IOException {
        JsonNode status = at("a").get("/v1/cluster?limit=1000").json();
        Map<String, Integer> owners = new LinkedHashMap<>();
        status.path("nodes").forEach(node -> owners.put(node.path("id").asText(), 0));
        status.path("simulations").forEach(row -> owners.merge(row.path("owner").asText(), 1, Integer::sum));
        return owners;
    }

    @Test
    void a_plugin_is_selected_when_all_nodes_have_it_and_not_before() throws Exception {
        String simulation = nodes.simulationOf("b");
        byte[] jar = TestServer.flatJar("1.0");
        at("b").send("POST", "/v1/plugins", BodyPublishers.ofByteArray(jar), "Content-Type", Plugins.JAR);

        TestServer.Reply refused = at("a").command(simulation, TestServer.select("flat", "wide"));
        TestServer.Reply unchanged = at("a").get("/v1/simulations/" + simulation);
        for (String name : List.of("a", "c")) {
            at(name).send("POST", "/v1/plugins", BodyPublishers.ofByteArray(jar), "Content-Type", Plugins.JAR);
        }
        TestServer.Reply selected = at("a").command(simulation, TestServer.select("flat", "wide"));
        TestServer.Reply other = at("a").send(
                        "POST", "/v1/plugins", BodyPublishers.ofByteArray(padded(jar)), "Content-Type", Plugins.JAR);

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.problem()).isEqualTo("plugin-not-on-all-nodes");
        assertThat(refused.json().path("nodes")).extracting(JsonNode::asText).containsExactly("a", "c");
        assertThat(unchanged.json().path("position").asLong()).isEqualTo(1);
        assertThat(selected.status()).isEqualTo(201);
        assertThat(other.problem()).isEqualTo("plugin-differs");
        assertThat(other.json().path("nodes")).extracting(JsonNode::asText).containsExactly("b", "c");
    }

    /** The same classes in another archive. */
    private static byte[] padded(byte[] jar) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JarInputStream in = new JarInputStream(new ByteArrayInputStream(jar));
                JarOutputStream out = new JarOutputStream(bytes)) {
            for (JarEntry entry = in.getNextJarEntry(); entry != null; entry = in.getNextJarEntry()) {
                out.putNextEntry(new JarEntry(entry.getName()));
                in.transferTo(out);
                out.closeEntry();
            }
            out.putNextEntry(new JarEntry("more"));
            out.closeEntry();
        }
        return bytes.toByteArray();
    }

    @Test
    void who_only_says_that_it_is_a_node_is_not_believed() throws Exception {
        String simulation = nodes.simulationOf("b");

        TestServer.Reply reply = at("a").command(
                        simulation, TestServer.remark("mine"), Forwarder.HOP, "0a4ad6a4-8e63-4ac5-b4a2-d6f0e3b0a4a1");

        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.problem()).isEqualTo(Problem.MOVED);
        assertThat(reply.header("Retry-After")).isNotEmpty();
    }

    @Test
    void a_node_that_leaves_hands_over_without_a_failed_write_and_comes_back() throws Exception {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            all.add(nodes.simulationOf(NAMES.get(i % NAMES.size())));
        }
        List<TestServer.Reply> replies = new ArrayList<>();
        Thread leaving = Thread.ofVirtual().unstarted(() -> nodes.stop("c"));
        double used = images();

        leaving.start();
        for (int round = 0; round < 60; round++) {
            for (String simulation : all) {
                replies.add(at(round % 2 == 0 ? "a" : "b").command(simulation, TestServer.remark("r" + round)));
            }
        }
        leaving.join();
        nodes.awaitReady();
        double usedThen = images();
        nodes.start("c");
        nodes.awaitReady();

        assertThat(replies)
                .allSatisfy(reply -> assertThat(reply.status()).as(reply.text()).isEqualTo(201));
        for (String simulation : all) {
            assertThat(at("a").get("/v1/simulations/" + simulation)
                            .json()
                            .path("position")
                            .asLong())
                    .isEqualTo(61);
        }
        assertThat(usedThen).as("simulations opened from images").isGreaterThan(used);
    }

    /** How many images the nodes that stay have begun from. */
    private double images() throws IOException {
        double sum = 0;
        for (String name : List.of("a", "b")) {
            sum += at(name).get("/metrics")
                    .text()
                    .lines()
                    .filter(line -> line.startsWith("pagefold_cluster_images_used_total "))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' ') + 1)))
                    .sum();
        }
        return sum;
    }
}
