package pagefold.server.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.core.EntryEvent;
import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.map.IMap;
import com.hazelcast.map.listener.EntryAddedListener;
import com.hazelcast.map.listener.EntryMergedListener;
import com.hazelcast.map.listener.EntryRemovedListener;
import com.hazelcast.map.listener.EntryUpdatedListener;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who there is, kept up to date by what Hazelcast tells, so that a look at it never waits for another member.
 *
 * <p>A node is known by an entry that it puts itself, and lives as long as its member does.
 */
final class NodeDirectory
        implements EntryAddedListener<String, String>,
                EntryUpdatedListener<String, String>,
                EntryMergedListener<String, String>,
                EntryRemovedListener<String, String>,
                MembershipListener {
    private static final Logger LOG = LoggerFactory.getLogger(NodeDirectory.class);
    private static final long WAIT_MILLIS = 3000;

    private final HazelcastInstance hazelcast;
    private final IMap<String, String> entries;
    private final Map<String, Node> known = new ConcurrentHashMap<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile List<Node> live = List.of();
    private volatile List<Node> ready = List.of();
    private volatile List<String> strangers = List.of();
    /** Nodes with another log or version than this one are none of its cluster. */
    private final Node own;

    private volatile @Nullable Node self;

    NodeDirectory(HazelcastInstance hazelcast, Node own) {
        this.hazelcast = hazelcast;
        this.own = own;
        entries = hazelcast.getMap(HazelcastSettings.NODES);
        entries.addEntryListener(this, true);
        hazelcast.getCluster().addMembershipListener(this);
        entries.values().forEach(this::learn);
        recompute();
    }

    /** Makes known what this node is from now on; waits until another member has it, too. */
    void put(Node node) {
        self = node;
        known.put(node.id(), node);
        recompute();
        try {
            entries.setAsync(node.id(), node.toJson()).toCompletableFuture().get(WAIT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            LOG.warn("the cluster does not know of {} yet: {}", node, e.toString());
        }
    }

    /**
     * Puts this node's entry again where it has been lost, and asks for those of members that are not known, as after two
     * parts of a cluster have found each other. Does not wait.
     */
    void refresh() {
        try {
            Node mine = self;
            if (mine != null) {
                entries.getAsync(mine.id()).whenComplete((found, failure) -> {
                    if (failure == null && !mine.toJson().equals(found) && mine.equals(self)) {
                        entries.setAsync(mine.id(), mine.toJson());
                    }
                });
            }
            for (String id : members()) {
                if (!known.containsKey(id)) {
                    entries.getAsync(id).thenAccept(found -> {
                        learn(found);
                        recompute();
                    });
                }
            }
            recompute();
        } catch (HazelcastException | HazelcastInstanceNotActiveException e) {
            LOG.debug("the nodes were not refreshed: {}", e.toString());
        }
    }

    /** The ids of the nodes of all members. */
    private Set<String> members() {
        Set<String> members = new HashSet<>();
        for (Member member : hazelcast.getCluster().getMembers()) {
            members.add(String.valueOf(member.getAttribute(HazelcastSettings.NODE_ID)));
        }
        return members;
    }

    /** All that live, by name and id. */
    List<Node> live() {
        return live;
    }

    /** Those that take simulations, by id. */
    List<Node> ready() {
        return ready;
    }

    /** A node that lives; null when it does not. */
    @Nullable
    Node find(String id) {
        for (Node node : live) {
            if (node.id().equals(id)) {
                return node;
            }
        }
        return null;
    }

    void onChange(Runnable listener) {
        listeners.add(listener);
    }

    private void strange(List<Node> all) {
        List<String> now = all.stream()
                .map(own::strangeness)
                .filter(Objects::nonNull)
                .sorted()
                .toList();
        if (!now.equals(strangers)) {
            now.forEach(why -> LOG.error("a member of the cluster is not asked anything: {}", why));
        }
        strangers = now;
    }

    /** Why a member is not a node of the same cluster; {@code null} when all are. */
    @Nullable
    String stranger() {
        List<String> found = strangers;
        return found.isEmpty() ? null : found.getFirst();
    }

    private void learn(@Nullable String json) {
        if (json != null) {
            Node node = Node.of(json);
            known.put(node.id(), node);
        }
    }

    private void recompute() {
        Set<String> members = members();
        boolean isChanged;
        synchronized (this) {
            List<Node> all = known.values().stream()
                    .filter(node -> members.contains(node.id()))
                    .toList();
            strange(all);
            List<Node> now = all.stream()
                    .filter(node -> own.strangeness(node) == null)
                    .sorted(Comparator.comparing(Node::name).thenComparing(Node::id))
                    .toList();
            isChanged = !now.equals(live);
            live = now;
            ready = now.stream()
                    .filter(Node::ready)
                    .sorted(Comparator.comparing(Node::id))
                    .toList();
        }
        if (isChanged) {
            LOG.info("the cluster is now {}", live);
            listeners.forEach(Runnable::run);
        }
    }

    @Override
    public void entryAdded(EntryEvent<String, String> event) {
        learn(event.getValue());
        recompute();
    }

    @Override
    public void entryUpdated(EntryEvent<String, String> event) {
        learn(event.getValue());
        recompute();
    }

    @Override
    public void entryMerged(EntryEvent<String, String> event) {
        learn(event.getValue());
        recompute();
    }

    @Override
    public void entryRemoved(EntryEvent<String, String> event) {
        Node mine = self;
        if (mine == null || !mine.id().equals(event.getKey())) {
            known.remove(event.getKey());
        }
        recompute();
    }

    @Override
    public void memberAdded(MembershipEvent event) {
        recompute();
    }

    @Override
    public void memberRemoved(MembershipEvent event) {
        recompute();
        entries.deleteAsync(String.valueOf(event.getMember().getAttribute(HazelcastSettings.NODE_ID)));
    }
}
