package pagefold.server.api;

import com.fasterxml.jackson.core.JsonGenerator;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import pagefold.model.Names;
import pagefold.server.access.Role;
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
            List<LoggedSimulation> page,
            @Nullable String next,
            Map<String, Long> preferred,
            Map<String, Long> open,
            Map<String, Placement> placements) {}

    void get(RoutingContext routing) {
        Exchange exchange = new Exchange(routing);
        int limit = (int) exchange.number("limit", 0, MAX_SIMULATIONS, DEFAULT_SIMULATIONS);
        String after = exchange.query("after");
        if (after != null && !Names.isValid(after)) {
            throw new Problem.Exception(Problems.invalid("after", "Expected the name of a simulation."));
        }
        boolean hashes = exchange.flag("hashes");
        Future<Found> found = simulations.list().compose(all -> found(exchange, all, after, limit, hashes));
        exchange.then(found, answer -> exchange.send(200, Json.CONTENT_TYPE, Json.line(json -> write(json, answer))));
    }

    private Future<Found> found(
            Exchange exchange, List<LoggedSimulation> all, @Nullable String after, int limit, boolean hashes) {
        Map<String, Long> preferred = new HashMap<>();
        all.forEach(row -> preferred.merge(cluster.preferred(row.name()).id(), 1L, Long::sum));
        List<LoggedSimulation> rest = all.stream()
                .filter(row -> after == null || row.name().compareTo(after) > 0)
                .filter(row -> exchange.caller().has(Role.VIEWER, row.name()))
                .limit(limit + 1L)
                .toList();
        boolean more = rest.size() > limit;
        List<LoggedSimulation> page = more ? rest.subList(0, limit) : rest;
        String next = more && limit > 0 ? page.getLast().name() : null;
        Set<String> names = new LinkedHashSet<>();
        page.forEach(row -> names.add(row.name()));
        Future<Map<String, Placement>> placements =
                names.isEmpty() ? Future.succeededFuture(Map.of()) : cluster.placements(names, hashes);
        return cluster.openCounts()
                .compose(open -> placements.map(placed -> new Found(page, next, preferred, open, placed)));
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
        for (LoggedSimulation row : found.page()) {
            simulation(json, row, found.placements().get(row.name()));
        }
        json.writeEndArray();
        if (found.next() != null) {
            json.writeStringField("next", found.next());
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
