package pagefold.server.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.partition.Partition;
import com.hazelcast.partition.PartitionService;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hazelcast's partitions of the names of simulations, and whose they are. Does not wait. */
final class Partitions {
    private static final Logger LOG = LoggerFactory.getLogger(Partitions.class);

    private final PartitionService service;
    private final NodeDirectory directory;
    /** By number; each knows its owner of the moment. */
    private final List<Partition> all;
    /** The ids of the nodes that were to have each when it was last looked at. */
    private final AtomicReferenceArray<@Nullable String> before;

    Partitions(HazelcastInstance hazelcast, NodeDirectory directory) {
        this.service = hazelcast.getPartitionService();
        this.directory = directory;
        this.all = service.getPartitions().stream()
                .sorted(Comparator.comparingInt(Partition::getPartitionId))
                .toList();
        this.before = new AtomicReferenceArray<>(all.size());
    }

    /** Notes whose all of them are, for when they go to a node that does not take any yet. */
    void look() {
        for (int partition = 0; partition < all.size(); partition++) {
            Node node = find(owner(partition), directory.ready());
            if (node != null) {
                before.set(partition, node.id());
            }
        }
    }

    private static @Nullable Node find(@Nullable String id, List<Node> nodes) {
        for (Node node : nodes) {
            if (node.id().equals(id)) {
                return node;
            }
        }
        return null;
    }

    int count() {
        return all.size();
    }

    /** The partition of a simulation. */
    int of(String simulation) {
        try {
            return service.getPartition(simulation).getPartitionId();
        } catch (HazelcastException | HazelcastInstanceNotActiveException e) {
            LOG.debug("no partition of {}: {}", simulation, e.toString());
            return Math.floorMod(simulation.hashCode(), all.size());
        }
    }

    /** The node that is to have the simulations of a partition; {@code otherwise} while no node takes any. */
    Node preferred(int partition, Node otherwise) {
        List<Node> ready = directory.ready();
        if (ready.isEmpty()) {
            return otherwise;
        }
        Node node = find(owner(partition), ready);
        // Its node starts: the one that had it keeps it until then.
        node = node == null ? find(before.get(partition), ready) : node;
        // Its node stops: another one, the same for everybody who knows the same nodes.
        return node == null ? ready.get(partition % ready.size()) : node;
    }

    /** The id of the node whose member has a partition, or {@code null}. */
    private @Nullable String owner(int partition) {
        try {
            Member owner = all.get(partition).getOwner();
            return owner == null ? null : owner.getAttribute(HazelcastSettings.NODE_ID);
        } catch (HazelcastException | HazelcastInstanceNotActiveException e) {
            LOG.debug("no owner of partition {}: {}", partition, e.toString());
            return null;
        }
    }
}
