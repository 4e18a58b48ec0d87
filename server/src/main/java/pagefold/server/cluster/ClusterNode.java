package pagefold.server.cluster;

import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.core.LifecycleEvent.LifecycleState;
import com.hazelcast.map.IMap;
import com.hazelcast.partition.MigrationListener;
import com.hazelcast.partition.MigrationState;
import com.hazelcast.partition.ReplicaMigrationEvent;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pagefold.host.LoadedPlugin;
import pagefold.host.PluginHost;
import pagefold.server.log.LoggedSimulation;
import pagefold.server.replay.Images;
import pagefold.server.space.Neighbours;
import pagefold.server.space.Simulations;

/**
 * A server as a member of a Hazelcast cluster, over which its bus goes.
 *
 * <p>Whatever Hazelcast says is a hint: a simulation that two nodes believe to be theirs is written by the one that took
 * it last, since the log refuses the other.
 */
public final class ClusterNode implements Cluster, Neighbours {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterNode.class);
    /** How long the hint whom to ask for a hand-over is waited for: without it, the epoch alone does. */
    private static final long HINT_MILLIS = 700;

    private static final long REASSESS_MILLIS = 500;
    private static final long EPOCHS_MILLIS = 3000;
    /** How long a node that takes no part any more still answers others, which may not have heard of it. */
    private static final long LAME_MILLIS = 500;

    private final ClusterOptions options;
    private final Vertx vertx;
    private final HazelcastInstance hazelcast;
    private final NodeDirectory directory;
    private final NodeMessages messages;
    private final IMap<String, String> open;
    private final ImageMap images;
    private final Partitions partitions;
    private volatile @Nullable Population population;
    private volatile @Nullable HandOvers handOvers;
    private volatile Node self;
    private boolean isLeaving;
    private volatile @Nullable Simulations simulations;

    /** A member that takes no part yet. */
    ClusterNode(ClusterOptions options, Vertx vertx, HazelcastInstance hazelcast, Node self) {
        this.options = options;
        this.vertx = vertx;
        this.hazelcast = hazelcast;
        this.self = self;
        directory = new NodeDirectory(hazelcast, self);
        messages = new NodeMessages(vertx);
        // A member with another log, which is none of ours, must not find what is said of this one.
        open = hazelcast.getMap(HazelcastSettings.OPEN + "/" + self.log());
        images = new ImageMap(hazelcast.getMap(HazelcastSettings.IMAGES + "/" + self.log()));
        partitions = new Partitions(hazelcast, directory);
    }

    /** Why a member is not a node of the same cluster; {@code null} when all are. */
    @Nullable
    String stranger() {
        return directory.stranger();
    }

    @Override
    public boolean isClustered() {
        return true;
    }

    @Override
    public String name() {
        return options.name();
    }

    @Override
    public Vertx vertx() {
        return vertx;
    }

    @Override
    public Neighbours neighbours() {
        return this;
    }

    @Override
    public void begin(Simulations opened, PluginHost host, URI listening) {
        simulations = opened;
        population = new Population(opened.heads(), partitions.count(), partitions::of);
        URI api = options.api() == null ? listening : options.api();
        messages.serve(self.id(), new NodeService(opened, host));
        hazelcast.getPartitionService().addMigrationListener(new WhenPartitionsMove());
        hazelcast.getLifecycleService().addLifecycleListener(event -> {
            if (event.getState() == LifecycleState.MERGED) {
                LOG.warn("this node was cut off from the cluster, and is back in it");
                vertx.runOnContext(ignored -> {
                    directory.refresh();
                    checkEpochs(opened);
                });
            }
        });
        HandOvers begun = new HandOvers(opened, this::isMine);
        handOvers = begun;
        directory.onChange(() -> vertx.runOnContext(ignored -> begun.reassess()));
        self = self.at(api, false);
        directory.put(self);
        new Readiness(vertx, messages, host).whenComplete(this::others, this::takePart);
        vertx.setPeriodic(REASSESS_MILLIS, timer -> {
            directory.refresh();
            partitions.look();
            begun.reassess();
        });
        vertx.setPeriodic(EPOCHS_MILLIS, timer -> checkEpochs(opened));
    }

    private synchronized void takePart() {
        if (!isLeaving) {
            self = self.at(self.api(), true);
            directory.put(self);
        }
    }

    private synchronized void takeNoPart() {
        isLeaving = true;
        self = self.notReady();
        directory.put(self);
    }

    /** Hears of partitions, one at a time, that another member has from now on. */
    private final class WhenPartitionsMove implements MigrationListener {
        @Override
        public void migrationStarted(MigrationState state) {}

        @Override
        public void migrationFinished(MigrationState state) {
            HandOvers begun = handOvers;
            if (begun != null) {
                vertx.runOnContext(ignored -> begun.reassess());
            }
        }

        @Override
        public void replicaMigrationCompleted(ReplicaMigrationEvent event) {}

        @Override
        public void replicaMigrationFailed(ReplicaMigrationEvent event) {}
    }

    /** Closes what another server has taken without asking, which this one has not noticed yet. */
    private void checkEpochs(Simulations here) {
        if (here.openCount() == 0) {
            return;
        }
        Map<String, Long> owned = here.ownedEpochs();
        here.heads().of(List.copyOf(owned.keySet())).onSuccess(rows -> {
            for (LoggedSimulation row : rows) {
                Long epoch = owned.get(row.name());
                if (epoch != null && epoch > 0 && epoch < row.epoch()) {
                    LOG.warn(
                            "{} was taken over under epoch {} while it was open under {}",
                            row.name(),
                            row.epoch(),
                            epoch);
                    here.handOver(row.name());
                }
            }
        });
    }

    @Override
    public Future<Void> leave() {
        Simulations here = simulations;
        return vertx.<Void>executeBlocking(
                        () -> {
                            takeNoPart();
                            return null;
                        },
                        false)
                .compose(done -> {
                    List<Future<?>> handed = new ArrayList<>();
                    if (here == null || directory.ready().isEmpty()) {
                        return Future.succeededFuture();
                    }
                    here.openNames().forEach(name -> handed.add(here.handOver(name)));
                    return Future.join(handed)
                            .transform(handedOver -> vertx.timer(LAME_MILLIS).<Void>mapEmpty());
                });
    }

    @Override
    public Node local() {
        return self;
    }

    @Override
    public List<Node> nodes() {
        return directory.live();
    }

    @Override
    public Node preferred(String simulation) {
        return partitions.preferred(partitions.of(simulation), self);
    }

    @Override
    public Future<Map<String, Long>> preferredCounts() {
        Population counted = population;
        return counted == null
                ? Future.succeededFuture(Map.of())
                : counted.counts().map(counts -> {
                    Map<String, Long> nodes = new HashMap<>();
                    for (int partition = 0; partition < counts.length; partition++) {
                        nodes.merge(partitions.preferred(partition, self).id(), counts[partition], Long::sum);
                    }
                    return nodes;
                });
    }

    @Override
    public boolean isMine(String simulation) {
        return preferred(simulation).id().equals(self.id());
    }

    @Override
    public void onChange(Runnable listener) {
        directory.onChange(listener);
    }

    @Override
    public boolean isUp() {
        return hazelcast.getLifecycleService().isRunning() && self.ready() && directory.find(self.id()) != null;
    }

    @Override
    public void takeFromOthers(String simulation) {
        try {
            String found = open.getAsync(simulation).toCompletableFuture().get(HINT_MILLIS, TimeUnit.MILLISECONDS);
            Node holder = found == null ? null : directory.find(Opened.of(found).node());
            if (holder != null && !holder.id().equals(self.id())) {
                messages.handOver(holder, simulation, node -> directory.find(node.id()) != null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException | HazelcastException | HazelcastInstanceNotActiveException e) {
            LOG.warn("{} is taken without a hand-over: {}", simulation, e.toString());
        }
    }

    @Override
    public void opened(String simulation, long epoch) {
        try {
            open.setAsync(simulation, new Opened(self.id(), epoch).toJson());
        } catch (HazelcastException | HazelcastInstanceNotActiveException e) {
            LOG.debug("not known to be open: {}", e.toString());
        }
    }

    @Override
    public void closed(String simulation) {
        try {
            open.getAsync(simulation).thenAccept(found -> {
                if (found != null && Opened.of(found).node().equals(self.id())) {
                    open.deleteAsync(simulation);
                }
            });
        } catch (HazelcastException | HazelcastInstanceNotActiveException e) {
            LOG.debug("not known to be closed: {}", e.toString());
        }
    }

    @Override
    public CompletableFuture<Lacking> lacking(LoadedPlugin plugin) {
        return messages.lacking(others(), plugin, node -> {
            Node now = directory.find(node.id());
            return now != null && now.ready();
        });
    }

    @Override
    public Future<List<String>> differing(LoadedPlugin plugin) {
        return messages.differing(others(), plugin);
    }

    private List<Node> others() {
        return nodes().stream().filter(node -> !node.id().equals(self.id())).toList();
    }

    @Override
    public Images images() {
        return images;
    }

    @Override
    public Future<Map<String, Placement>> placements(Set<String> names, boolean hashes) {
        return vertx.executeBlocking(() -> new Found(open.getAll(names), images.headers(names)), false)
                .compose(found -> {
                    Map<String, String> holders = new HashMap<>();
                    found.open().forEach((name, json) -> {
                        String id = Opened.of(json).node();
                        if (directory.find(id) != null) {
                            holders.put(name, id);
                        }
                    });
                    return (hashes ? messages.hashes(nodes(), holders) : Future.succeededFuture(Map.<String, Hash>of()))
                            .map(known -> found.placements(names, holders, known));
                });
    }

    @Override
    public Future<Map<String, Long>> openCounts() {
        Simulations here = simulations;
        return messages.openCounts(others()).map(counts -> {
            if (here != null) {
                counts.put(self.id(), (long) here.openCount());
            }
            return counts;
        });
    }

    @Override
    public Figures figures() {
        return new Figures(images.kept(), images.used(), images.bytes());
    }
}
