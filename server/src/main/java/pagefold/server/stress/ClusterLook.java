package pagefold.server.stress;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pagefold.server.client.PatientClient;
import pagefold.server.client.PatientClient.Answer;
import pagefold.server.client.PatientClient.Request;
import pagefold.server.client.Route;

/** Where the nodes have the simulations of a run, as one of them tells it. */
final class ClusterLook {
    private static final int PAGE = 1000;

    private final PatientClient client;
    private final String prefix;

    /**
     * A way to look.
     *
     * @param prefix what the names of the run's simulations begin with
     */
    ClusterLook(PatientClient client, String prefix) {
        this.client = client;
        this.prefix = prefix + "-";
    }

    /** A node; {@code open} are all that it has open, be they of this run or not. */
    record Node(String name, URI api, boolean ready, long open) {}

    /** A simulation of the run; the nodes by their ids. */
    record Placed(String owner, @Nullable String openAt, long position) {}

    /** What was told: the nodes by their ids, the simulations by name. */
    record Seen(Map<String, Node> nodes, Map<String, Placed> simulations) {

        /** Whether no node has something open that another one is to have. */
        boolean isSettled() {
            return nodes.values().stream().allMatch(Node::ready)
                    && simulations.values().stream()
                            .allMatch(placed -> placed.openAt == null || placed.openAt.equals(placed.owner));
        }

        /** How many simulations of the run each node is to have, by the nodes' names. */
        List<StressReport.Share> shares() {
            Map<String, Long> counts = new HashMap<>();
            simulations.values().forEach(placed -> counts.merge(placed.owner, 1L, Long::sum));
            List<StressReport.Share> shares = new ArrayList<>();
            nodes.forEach((id, node) -> shares.add(new StressReport.Share(node.name, counts.getOrDefault(id, 0L))));
            return shares;
        }

        /** How many simulations have another owner than before. */
        long movedSince(Seen before) {
            return simulations.entrySet().stream()
                    .filter(entry -> {
                        Placed earlier = before.simulations.get(entry.getKey());
                        return earlier != null && !earlier.owner.equals(entry.getValue().owner);
                    })
                    .count();
        }
    }

    /** Asks a server, one page after the other; what moves meanwhile may be seen on either side. */
    Seen at(URI server) throws IOException {
        Map<String, Node> nodes = new LinkedHashMap<>();
        Map<String, Placed> simulations = new LinkedHashMap<>();
        String after = "";
        while (after != null) {
            JsonObject page = page(server, after);
            nodes.clear();
            each(
                    page,
                    "nodes",
                    node -> nodes.put(
                            node.getString("id"),
                            new Node(
                                    node.getString("name"),
                                    URI.create(node.getString("api")),
                                    node.getBoolean("ready"),
                                    node.getLong("open"))));
            each(page, "simulations", row -> {
                if (row.getString("name").startsWith(prefix)) {
                    simulations.put(
                            row.getString("name"),
                            new Placed(row.getString("owner"), row.getString("openAt"), row.getLong("position")));
                }
            });
            after = page.getString("next");
        }
        return new Seen(nodes, simulations);
    }

    private JsonObject page(URI server, String after) throws IOException {
        String path = "/v1/cluster?limit=" + PAGE + (after.isEmpty() ? "" : "&after=" + after);
        Answer answer = client.send(new Route(List.of(server), 0), Request.get(path));
        if (answer.status() != 200) {
            throw new IOException("expected " + server + " to tell of its cluster, but it answers " + answer.status()
                    + " " + new String(answer.body(), StandardCharsets.UTF_8).strip());
        }
        return new JsonObject(Buffer.buffer(answer.body()));
    }

    private static void each(JsonObject page, String field, java.util.function.Consumer<JsonObject> consumer) {
        for (Object item : page.getJsonArray(field)) {
            if (item instanceof JsonObject object) {
                consumer.accept(object);
            }
        }
    }
}
