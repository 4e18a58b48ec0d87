package pagefold.server.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.config.EvictionConfig;
import com.hazelcast.config.EvictionPolicy;
import com.hazelcast.config.InMemoryFormat;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MaxSizePolicy;
import com.hazelcast.config.MergePolicyConfig;
import com.hazelcast.config.MultiMapConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.spi.merge.LatestUpdateMergePolicy;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** How Hazelcast is set up: found by addresses alone, quiet, quick to notice that a member is gone. */
final class HazelcastSettings {
    /** The map of nodes: id of the node to {@link Node#toJson}. */
    static final String NODES = "pagefold.nodes";
    /** What the name of the map of open simulations begins with: name to {@link Opened#toJson}. */
    static final String OPEN = "pagefold.open";
    /** What the name of the map of images begins with: name to the bytes of {@link ImageBytes}. */
    static final String IMAGES = "pagefold.images";
    /** The attribute of a member that has the id of its node. */
    static final String NODE_ID = "pagefold.node";

    /** Images take at most so many parts of the heap of each member, those that it keeps for others included. */
    private static final int IMAGE_SHARE = 8;

    private static final int MEGABYTE = 1 << 20;
    /** How long a port of this machine may take to answer. */
    private static final int ANSWER_MILLIS = 200;

    private HazelcastSettings() {}

    static Config config(ClusterOptions options, String nodeId) {
        Config config = new Config().setClusterName(options.name());
        config.getJetConfig().setEnabled(false);
        config.getMetricsConfig().setEnabled(false);
        config.getMemberAttributeConfig().setAttribute(NODE_ID, nodeId);
        config.getSerializationConfig().addDataSerializableFactory(ClusterTypes.FACTORY, new ClusterTypes());
        properties(config, options);
        network(config.getNetworkConfig(), options);
        // What Vert.x keeps; as in the configuration that comes with it.
        config.addMultiMapConfig(new MultiMapConfig("__vertx.subs")
                .setBackupCount(1)
                .setValueCollectionType(MultiMapConfig.ValueCollectionType.SET));
        config.addMapConfig(latest("__vertx.haInfo"));
        config.addMapConfig(latest("__vertx.nodeInfo"));
        config.addMapConfig(latest(NODES).setBackupCount(2));
        config.addMapConfig(latest(OPEN + "*"));
        config.addMapConfig(new MapConfig(IMAGES + "*")
                .setBackupCount(1)
                .setInMemoryFormat(InMemoryFormat.BINARY)
                .setMergePolicyConfig(new MergePolicyConfig().setPolicy(HigherPositionWins.class.getName()))
                .setEvictionConfig(new EvictionConfig()
                        .setEvictionPolicy(EvictionPolicy.LRU)
                        .setMaxSizePolicy(MaxSizePolicy.USED_HEAP_SIZE)
                        .setSize(imageMegabytes())));
        return config;
    }

    /** Most megabytes of images that this member keeps. */
    static int imageMegabytes() {
        return (int) Math.max(8, Runtime.getRuntime().maxMemory() / IMAGE_SHARE / MEGABYTE);
    }

    private static MapConfig latest(String name) {
        return new MapConfig(name)
                .setBackupCount(1)
                .setPerEntryStatsEnabled(true)
                .setMergePolicyConfig(new MergePolicyConfig().setPolicy(LatestUpdateMergePolicy.class.getName()));
    }

    private static void properties(Config config, ClusterOptions options) {
        config.setProperty("hazelcast.phone.home.enabled", "false")
                .setProperty("hazelcast.logging.type", "slf4j")
                .setProperty("hazelcast.shutdownhook.enabled", "false")
                .setProperty("hazelcast.socket.bind.any", "false")
                // Not by the list of interfaces: that would also leave out members to join whose names are of others.
                .setProperty("hazelcast.local.localAddress", options.host())
                .setProperty("hazelcast.graceful.shutdown.max.wait", "30")
                .setProperty("hazelcast.wait.seconds.before.join", "1")
                // A member that hangs is gone after 6 seconds; one that was killed at once, by its connections.
                .setProperty("hazelcast.heartbeat.interval.seconds", "1")
                .setProperty("hazelcast.max.no.heartbeat.seconds", "6")
                // While a member is replaced, whatever asks its partitions asks again.
                .setProperty("hazelcast.invocation.retry.pause.millis", "100")
                .setProperty("hazelcast.operation.call.timeout.millis", "15000")
                .setProperty("hazelcast.merge.first.run.delay.seconds", "5")
                .setProperty("hazelcast.merge.next.run.delay.seconds", "5");
    }

    private static void network(NetworkConfig network, ClusterOptions options) {
        String reached = options.reach().members();
        // What leads to one port does not lead to the next one.
        network.setPort(options.port()).setPortAutoIncrement(reached == null).setPortCount(ClusterOptions.PORTS);
        if (reached != null) {
            network.setPublicAddress(reached);
        }
        JoinConfig join = network.getJoin();
        join.getAutoDetectionConfig().setEnabled(false);
        join.getMulticastConfig().setEnabled(false);
        join.getTcpIpConfig().setEnabled(true).setConnectionTimeoutSeconds(3);
        members(options).forEach(join.getTcpIpConfig()::addMember);
    }

    /**
     * Where members are looked for. On one machine each has the first port that is free, and the node that had the very
     * first may have ended: a member that knows no other address begins a cluster of its own. Only what answers is named,
     * since Hazelcast waits for five seconds for each member that does not when it looks for the other part of a cluster.
     */
    private static List<String> members(ClusterOptions options) {
        if (!options.join().isEmpty()) {
            return options.join();
        }
        List<String> found = new ArrayList<>();
        int last = Math.min(65_535, options.port() + ClusterOptions.PORTS - 1);
        for (int port = options.port(); port <= last; port++) {
            if (port == options.port() || answers(options.host(), port)) {
                found.add((options.host().contains(":") ? "[" + options.host() + "]:" : options.host() + ":") + port);
            }
        }
        return found;
    }

    private static boolean answers(String host, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), ANSWER_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
