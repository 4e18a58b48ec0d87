package pagefold.server.api;

import com.fasterxml.jackson.core.JsonGenerator;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import pagefold.server.cluster.Cluster;
import pagefold.server.cluster.Cluster.Placement;
import pagefold.server.cluster.Node;
import pagefold.server.log.LoggedSimulation;
import pagefold.server.space.Simulations;

/** Which nodes there are, and where the simulations are. */
final class ClusterStatus {
    /** Most simulations in an answer. */
    static final int MAX_SIMULATIONS = 1000;

    private static final int DEFAULT_SIMULATIONS = 100;

    private final Simulations simulations;
    private final Cluster cluster;

    ClusterStatus(Simulations simulations, Cluster cluster) {
        this.simulations = simulations;
        this.cluster = cluster;
    }

    /** What an answer is made of. */
    private record Found(
            SimulationPage page,
            Map<String, Long> preferred,
            Map<String, Long> open,
            Map<String, Placement> placements) {}

    void get(RoutingContext routing) {
        Exchange exchange = new Exchange(routing);
        int limit = (int) exchange.number("limit", 0, MAX_SIMULATIONS, DEFAULT_SIMULATIONS);
        String after = SimulationPage.after(exchange);
        boolean hashes = exchange.flag("hashes");
        Future<Found> found = SimulationPage.read(simulations, exchange.caller(), after, limit)
                .compose(page -> found(page, hashes));
        exchange.then(found, answer -> {
            String next = answer.page().next();
            if (next != null) {
                routing.response()
                        .putHeader(
                                "Link",
                                "</v1/cluster?after=" + next + "&limit=" + limit + (hashes ? "&hashes=true" : "")
                                        + ">; rel=\"next\"");
            }
            exchange.send(200, Json.CONTENT_TYPE, Json.line(json -> write(json, answer)));
        });
    }

    private Future<Found> found(SimulationPage page, boolean hashes) {
        Set<String> names = new LinkedHashSet<>();
        page.rows().forEach(row -> names.add(row.name()));
        Future<Map<String, Placement>> placements =
                names.isEmpty() ? Future.succeededFuture(Map.of()) : cluster.placements(names, hashes);
        Future<Map<String, Long>> preferred = cluster.preferredCounts();
        Future<Map<String, Long>> open = cluster.openCounts();
        return Future.all(placements, preferred, open)
                .map(all -> new Found(page, preferred.result(), open.result(), placements.result()));
    }

    private void write(JsonGenerator json, Found found) throws IOException {
        json.writeStartObject();
        json.writeBooleanField("clustered", cluster.isClustered());
        if (cluster.isClustered()) {
            json.writeStringField("name", cluster.name());
        }
        json.writeArrayFieldStart("nodes");
        for (Node node : cluster.nodes()) {
            json.writeStartObject();
            json.writeStringField("id", node.id());
            json.writeStringField("name", node.name());
            json.writeStringField("api", node.api().toString());
            json.writeStringField("version", node.version());
            json.writeStringField("since", node.since().toString());
            json.writeBooleanField("ready", node.ready());
            json.writeBooleanField("local", node.id().equals(cluster.local().id()));
            json.writeNumberField("simulations", found.preferred().getOrDefault(node.id(), 0L));
            json.writeNumberField("open", found.open().getOrDefault(node.id(), 0L));
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("simulations");
        for (LoggedSimulation row : found.page().rows()) {
            simulation(json, row, found.placements().get(row.name()));
        }
        json.writeEndArray();
        if (found.page().next() != null) {
            json.writeStringField("next", found.page().next());
        }
        json.writeEndObject();
    }

    private void simulation(JsonGenerator json, LoggedSimulation row, @Nullable Placement placement)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("name", row.name());
        json.writeStringField("owner", cluster.preferred(row.name()).id());
        json.writeNumberField("epoch", row.epoch());
        json.writeNumberField("position", row.head());
        String node = placement == null ? null : placement.node();
        if (node != null) {
            json.writeStringField("openAt", node);
        }
        Cluster.Image image = placement == null ? null : placement.image();
        if (image != null) {
            json.writeObjectFieldStart("image");
            json.writeNumberField("epoch", image.epoch());
            json.writeNumberField("position", image.position());
            json.writeNumberField("lag", Math.max(0, row.head() - image.position()));
            json.writeEndObject();
        }
        Cluster.Hash hash = placement == null ? null : placement.hash();
        if (hash != null && node != null) {
            json.writeArrayFieldStart("hashes");
            json.writeStartObject();
            json.writeStringField("node", node);
            json.writeNumberField("position", hash.position());
            json.writeStringField("imageHash", hash.value());
            json.writeEndObject();
            json.writeEndArray();
        }
        json.writeEndObject();
    }
}
