package pagefold.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.cluster.Member;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import com.hazelcast.internal.cluster.impl.ClusterServiceImpl;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/**
 * Has members of a cluster in this process give each other up, as when nothing comes through any more. Some seconds later
 * they find each other again.
 */
public final class SplitBrain {
    private SplitBrain() {}

    /** The members of a cluster of that name. */
    private static List<HazelcastInstance> members(String cluster) {
        return Hazelcast.getAllHazelcastInstances().stream()
                .filter(member -> member.getConfig().getClusterName().equals(cluster))
                .toList();
    }

    private static String node(Member member) {
        return String.valueOf(member.getAttribute(HazelcastSettings.NODE_ID));
    }

    /** Divides a cluster into the nodes that are on one side, by their ids, and the others. */
    public static void split(String cluster, Predicate<String> isOnOneSide) {
        for (HazelcastInstance here : members(cluster)) {
            boolean side = isOnOneSide.test(node(here.getCluster().getLocalMember()));
            ClusterServiceImpl service =
                    ((HazelcastInstanceProxy) here).getOriginal().node.getClusterService();
            for (Member there : here.getCluster().getMembers()) {
                if (isOnOneSide.test(node(there)) != side) {
                    service.suspectMember(there, "the network is cut", true);
                }
            }
        }
        Awaitility.await()
                .pollInterval(Duration.ofMillis(5))
                .untilAsserted(() -> assertThat(members(cluster))
                        .allMatch(here -> here.getCluster().getMembers().stream()
                                        .map(there -> isOnOneSide.test(node(there)))
                                        .distinct()
                                        .count()
                                == 1));
    }

    /** Whether every member has all of them. */
    public static boolean isWhole(String cluster) {
        List<HazelcastInstance> all = members(cluster);
        return all.stream().allMatch(member -> member.getCluster().getMembers().size() == all.size());
    }

    /** Waits until every member has all of them. */
    public static void awaitWhole(String cluster) {
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> isWhole(cluster));
    }
}
