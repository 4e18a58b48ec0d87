package pagefold.server.stress;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pagefold.server.client.PatientClient;
import pagefold.server.local.LocalCluster;
import pagefold.server.local.LocalNode;

/** Measures what simulations take in memory and in the database: once without them, and once with them. */
final class Footprint {
    private final PatientClient client;
    private final @Nullable LocalCluster cluster;
    private final ClusterLook look;
    private final URI server;
    private final Map<URI, Long> emptyHeaps = new HashMap<>();
    private long emptyDatabase;

    /**
     * A measurement.
     *
     * @param cluster the processes and the database; {@code null} when they are somebody else's, which cannot be measured
     * @param server that is asked for the others
     */
    Footprint(PatientClient client, @Nullable LocalCluster cluster, ClusterLook look, URI server) {
        this.client = client;
        this.cluster = cluster;
        this.look = look;
        this.server = server;
    }

    /** Without simulations. */
    void before() throws IOException {
        LocalCluster own = cluster;
        if (own != null) {
            for (LocalNode node : own.nodes()) {
                emptyHeaps.put(node.api(), node.liveBytes());
            }
            emptyDatabase = own.databaseSize().bytes();
        }
    }

    /** With them. */
    StressReport.FillReport after(int simulations, int regions, double seconds) throws IOException {
        Map<URI, NodeMemory> told = new HashMap<>();
        for (ClusterLook.Node node : look.at(server).nodes().values()) {
            told.put(node.api(), NodeMemory.of(client, node.api()));
        }
        // What was asked for its tables is open, and stays so.
        ClusterLook.Seen seen = look.at(server);
        List<StressReport.NodeReport> nodes = new ArrayList<>();
        for (ClusterLook.Node node : seen.nodes().values()) {
            NodeMemory memory = told.getOrDefault(node.api(), new NodeMemory(0, 0));
            nodes.add(new StressReport.NodeReport(
                    node.name(),
                    node.open(),
                    emptyHeaps.getOrDefault(node.api(), -1L),
                    liveBytes(node.api()),
                    memory.tableBytes(),
                    memory.imageBytes()));
        }
        LocalCluster own = cluster;
        LocalCluster.Size size = own == null ? new LocalCluster.Size(0, 0) : own.databaseSize();
        return new StressReport.FillReport(
                simulations,
                regions,
                seconds,
                size.eventBytes() / simulations,
                Math.max(0, size.bytes() - emptyDatabase) / simulations,
                seen.shares(),
                nodes);
    }

    private long liveBytes(URI api) throws IOException {
        LocalCluster own = cluster;
        if (own != null) {
            for (LocalNode node : own.nodes()) {
                if (node.api().equals(api)) {
                    return node.liveBytes();
                }
            }
        }
        return -1;
    }
}
