package pagefold.server.cluster;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import pagefold.host.LoadedPlugin;
import pagefold.host.PluginHost;
import pagefold.server.space.Neighbours;
import pagefold.server.space.Simulations;

/** The servers that work together: one, or several. Any thread. */
public interface Cluster {
    /** Largest tables of which {@link #placements} tells the hash, in bytes. */
    int MAX_HASHED_BYTES = 4 << 20;

    /** Whether there may be more nodes than this one. */
    boolean isClustered();

    /** Its name; empty without a cluster. */
    String name();

    /** Whose threads and bus the server uses. */
    Vertx vertx();

    /** The other servers, as the simulations see them. */
    Neighbours neighbours();

    /** This server takes simulations from now on, and is reached at an address. Waits. */
    void begin(Simulations simulations, PluginHost host, URI api);

    /** Takes no more simulations, and hands over those that are open; completes when that is done. */
    Future<Void> leave();

    /** This server, once it has begun. */
    Node local();

    /** All that are known and live, by name and id. */
    List<Node> nodes();

    /** Which one is to have a simulation open. Does not wait. */
    Node preferred(String simulation);

    /** Has somebody hear of each change of {@link #nodes}, on any thread; that must not take long. */
    void onChange(Runnable listener);

    /** Whether the cluster works, as far as this node knows. */
    boolean isUp();

    /**
     * Where simulations are.
     *
     * @param hashes whether the nodes that have them open are asked for the hashes of their tables
     * @return what is known of each, by name
     */
    Future<Map<String, Placement>> placements(Set<String> simulations, boolean hashes);

    /** Which other nodes have a plugin of the same id and version with other bytes: their names. */
    Future<List<String>> differing(LoadedPlugin plugin);

    /** How many of all simulations in the log each node is to have, by id of the node. */
    Future<Map<String, Long>> preferredCounts();

    /** How many simulations are open on each node, by id of the node, as far as is known. */
    Future<Map<String, Long>> openCounts();

    /** How many images this node has kept, and how many it has begun from. */
    Figures figures();

    /**
     * What this node has done.
     *
     * @param imagesKept images that were put into the memory of the cluster
     * @param imagesUsed images that a simulation was opened from, or looked at
     * @param imageBytes bytes of images in this member's memory, copies of others' included
     */
    record Figures(long imagesKept, long imagesUsed, long imageBytes) {}

    /**
     * Where a simulation is.
     *
     * @param node id of the node that has it open, or {@code null}
     * @param image of which epoch and position its image is, or {@code null} where there is none
     * @param hash of its tables where it is open, or {@code null}
     */
    record Placement(
            @Nullable String node,
            @Nullable Image image,
            @Nullable Hash hash) {}

    /** Of what an image is. */
    record Image(long epoch, long position) {}

    /** The hash of tables at a position. */
    record Hash(long position, String value) {}
}
