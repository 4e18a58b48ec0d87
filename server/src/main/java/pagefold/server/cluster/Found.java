package pagefold.server.cluster;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the memory of the cluster has of some simulations, by their names.
 *
 * @param open where they are open, as {@link Opened#toJson}
 * @param headers of their images
 */
record Found(Map<String, String> open, Map<String, byte[]> headers) {

    /**
     * Where simulations are.
     *
     * @param holders id of the node that has each open
     * @param hashes of their tables
     */
    Map<String, Cluster.Placement> placements(
            Set<String> names, Map<String, String> holders, Map<String, Cluster.Hash> hashes) {
        Map<String, Cluster.Placement> placements = new HashMap<>();
        for (String name : names) {
            byte @Nullable [] header = headers.get(name);
            placements.put(
                    name,
                    new Cluster.Placement(
                            holders.get(name),
                            header == null
                                    ? null
                                    : new Cluster.Image(
                                            ImageBytes.origin(header).epoch(), ImageBytes.position(header)),
                            hashes.get(name)));
        }
        return placements;
    }
}
