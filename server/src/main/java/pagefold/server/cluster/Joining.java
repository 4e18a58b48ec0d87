package pagefold.server.cluster;

import com.hazelcast.core.HazelcastException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.net.HostAndPort;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a server becomes a node of a cluster. */
public final class Joining {
    private static final Logger LOG = LoggerFactory.getLogger(Joining.class);
    private static final int START_SECONDS = 120;
    private static final long PING_MILLIS = 2000;

    private Joining() {}

    /**
     * Joins a cluster, or begins one where no other member is found. One that the others gave up meanwhile, as on a
     * machine that has much else to do, tries a second time.
     *
     * @param version of the program
     * @param log which log it has
     * @throws IOException when the interface or the port cannot be had, the members do not answer in time, or one of
     *     them has another log or version
     */
    public static ClusterNode join(ClusterOptions options, VertxOptions vertxOptions, String version, String log)
            throws IOException {
        try {
            return tryOnce(options, vertxOptions, version, log);
        } catch (HazelcastException e) {
            LOG.warn("the cluster was not joined, and is tried once more: {}", e.toString());
        }
        try {
            return tryOnce(options, vertxOptions, version, log);
        } catch (HazelcastException e) {
            throw new IOException("cannot join the cluster " + options.name() + ": " + e.getMessage(), e);
        }
    }

    private static ClusterNode tryOnce(ClusterOptions options, VertxOptions vertxOptions, String version, String log)
            throws IOException {
        String id = UUID.randomUUID().toString();
        HazelcastClusterManager manager = new HazelcastClusterManager(HazelcastSettings.config(options, id));
        bus(vertxOptions.getEventBusOptions(), options);
        Vertx vertx = await(
                Vertx.builder().with(vertxOptions).withClusterManager(manager).buildClustered());
        Node self = new Node(
                id,
                options.node() == null ? "node-" + id.substring(0, 8) : options.node(),
                URI.create("http://" + ClusterOptions.DEFAULT_HOST),
                version,
                Clock.systemUTC().instant(),
                false,
                log,
                UUID.randomUUID().toString());
        try {
            ClusterNode node = new ClusterNode(options, vertx, manager.getHazelcastInstance(), self);
            String stranger = node.stranger();
            if (stranger != null) {
                throw new IOException("cannot join the cluster " + options.name() + ": " + stranger);
            }
            return node;
        } catch (IOException | RuntimeException e) {
            vertx.close()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .completeOnTimeout(null, START_SECONDS, TimeUnit.SECONDS)
                    .join();
            throw e;
        }
    }

    /** How Vert.x sends messages to other members. */
    private static void bus(EventBusOptions bus, ClusterOptions options) {
        bus.setHost(options.host())
                .setPort(options.reach().busPort())
                .setClusterPingInterval(PING_MILLIS)
                .setClusterPingReplyInterval(PING_MILLIS)
                .setConnectTimeout((int) PING_MILLIS);
        HostAndPort reached = options.reach().busAddress();
        if (reached != null) {
            bus.setClusterPublicHost(reached.host()).setClusterPublicPort(reached.port());
        }
    }

    private static Vertx await(Future<Vertx> started) throws IOException {
        try {
            return started.toCompletionStage().toCompletableFuture().get(START_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof HazelcastException failed) {
                throw failed;
            }
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException("cannot join the cluster: " + cause.getMessage(), cause);
        } catch (TimeoutException e) {
            throw new IOException("cannot join the cluster within " + START_SECONDS + " s", e);
        }
    }
}
