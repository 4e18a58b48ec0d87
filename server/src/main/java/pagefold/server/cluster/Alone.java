package pagefold.server.cluster;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import pagefold.host.LoadedPlugin;
import pagefold.host.PluginHost;
import pagefold.server.space.Neighbours;
import pagefold.server.space.Simulations;

/** A server without a cluster: the one node of itself. */
public final class Alone implements Cluster {
    private final Vertx vertx;
    private final Node first;
    private volatile @Nullable Simulations simulations;
    private volatile @Nullable Node local;

    /** A server of a version, with its threads. */
    public Alone(Vertx vertx, String version, Clock clock) {
        this.vertx = vertx;
        first = new Node(
                UUID.randomUUID().toString(),
                "node",
                URI.create("http://127.0.0.1"),
                version,
                clock.instant(),
                true,
                "",
                "");
    }

    @Override
    public boolean isClustered() {
        return false;
    }

    @Override
    public String name() {
        return "";
    }

    @Override
    public Vertx vertx() {
        return vertx;
    }

    @Override
    public Neighbours neighbours() {
        return Neighbours.NONE;
    }

    @Override
    public void begin(Simulations opened, PluginHost host, URI api) {
        simulations = opened;
        local = first.at(api, true);
    }

    @Override
    public Future<Void> leave() {
        return Future.succeededFuture();
    }

    @Override
    public Node local() {
        Node begun = local;
        return begun == null ? first : begun;
    }

    @Override
    public List<Node> nodes() {
        return List.of(local());
    }

    @Override
    public Node preferred(String simulation) {
        return local();
    }

    @Override
    public void onChange(Runnable listener) {}

    @Override
    public boolean isUp() {
        return true;
    }

    @Override
    public Future<Map<String, Placement>> placements(Set<String> names, boolean hashes) {
        Simulations here = simulations;
        if (here == null) {
            return Future.succeededFuture(Map.of());
        }
        Set<String> open = Set.copyOf(here.openNames());
        Future<Map<String, Hash>> known = hashes ? Hashes.of(here, names, open) : Future.succeededFuture(Map.of());
        return known.map(found -> {
            Map<String, Placement> placements = new HashMap<>();
            for (String name : names) {
                placements.put(name, new Placement(open.contains(name) ? first.id() : null, null, found.get(name)));
            }
            return placements;
        });
    }

    @Override
    public Future<List<String>> differing(LoadedPlugin plugin) {
        return Future.succeededFuture(List.of());
    }

    @Override
    public Future<Map<String, Long>> preferredCounts() {
        Simulations here = simulations;
        return here == null
                ? Future.succeededFuture(Map.of())
                : here.heads().size().map(size -> Map.of(first.id(), size.simulations()));
    }

    @Override
    public Future<Map<String, Long>> openCounts() {
        Simulations here = simulations;
        return Future.succeededFuture(Map.of(first.id(), here == null ? 0L : (long) here.openCount()));
    }

    @Override
    public Figures figures() {
        return new Figures(0, 0, 0);
    }
}
