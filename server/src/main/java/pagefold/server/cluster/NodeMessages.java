package pagefold.server.cluster;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pagefold.host.LoadedPlugin;
import pagefold.host.PluginHost;
import pagefold.server.space.Neighbours;

/** What nodes ask each other over the bus; one that does not answer in time is not waited for. */
final class NodeMessages {
    private static final Logger LOG = LoggerFactory.getLogger(NodeMessages.class);
    private static final long HAND_OVER_MILLIS = 5000;
    private static final long ANSWER_MILLIS = 3000;
    private static final long COUNT_MILLIS = 1000;
    private static final long LOOK_MILLIS = 50;

    private final Vertx vertx;

    NodeMessages(Vertx vertx) {
        this.vertx = vertx;
    }

    private static String address(String node) {
        return "pagefold.node." + node;
    }

    void serve(String node, NodeService service) {
        vertx.eventBus().<JsonObject>consumer(address(node), message -> {
            try {
                service.answer(message.body())
                        .onSuccess(message::reply)
                        .onFailure(e -> message.fail(1, String.valueOf(e.getMessage())));
            } catch (RuntimeException e) {
                LOG.error("a question of another node could not be answered", e);
                message.fail(1, e.toString());
            }
        });
    }

    private Future<JsonObject> ask(Node node, JsonObject question, long millis) {
        return vertx.eventBus()
                .<JsonObject>request(address(node.id()), question, new DeliveryOptions().setSendTimeout(millis))
                .map(message -> message.body());
    }

    /**
     * Has a node answer what it took of a simulation, and close it. Waits until it has, or for some seconds, and no longer
     * than the node lives.
     */
    void handOver(Node node, String simulation, Predicate<Node> lives) throws InterruptedException {
        CompletableFuture<JsonObject> answer = ask(
                        node, new JsonObject().put("ask", "hand-over").put("simulation", simulation), HAND_OVER_MILLIS)
                .toCompletionStage()
                .toCompletableFuture();
        while (lives.test(node)) {
            try {
                answer.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                return;
            } catch (TimeoutException e) {
                LOG.debug("{} has not handed over {} yet", node, simulation);
            } catch (ExecutionException e) {
                LOG.warn("{} did not hand over {}: {}", node, simulation, String.valueOf(e.getCause()));
                return;
            }
        }
    }

    /**
     * Which nodes do not have a plugin with the same digest, or do not answer although they take part.
     *
     * @param takesPart whether a node takes simulations, looked at when all have answered: one that is leaving is silent
     */
    CompletableFuture<Neighbours.Lacking> lacking(List<Node> nodes, LoadedPlugin plugin, Predicate<Node> takesPart) {
        return digests(nodes, plugin)
                .map(digests -> new Neighbours.Lacking(
                        named(nodes, digests, (node, digest) -> digest != null && !digest.equals(plugin.digest())),
                        named(nodes, digests, (node, digest) -> digest == null && takesPart.test(node))))
                .toCompletionStage()
                .toCompletableFuture();
    }

    /** The names of the nodes that have a plugin of that id and version with another digest. */
    Future<List<String>> differing(List<Node> nodes, LoadedPlugin plugin) {
        return digests(nodes, plugin)
                .map(digests -> named(
                        nodes,
                        digests,
                        (node, digest) -> digest != null && !digest.isEmpty() && !digest.equals(plugin.digest())));
    }

    /** The plugins that nodes have, as far as they answer, and a host has not; with the names of the nodes. */
    Future<List<String>> missing(List<Node> nodes, PluginHost host) {
        List<Future<List<String>>> asked = nodes.stream()
                .map(node -> ask(node, new JsonObject().put("ask", "plugins"), ANSWER_MILLIS)
                        .map(answer -> missing(node, answer.getJsonArray("plugins"), host))
                        .otherwise(List.of()))
                .toList();
        return Future.join(asked)
                .map(done -> asked.stream()
                        .flatMap(each -> each.result().stream())
                        .sorted()
                        .toList());
    }

    private static List<String> missing(Node node, JsonArray plugins, PluginHost host) {
        List<String> missing = new ArrayList<>();
        for (int i = 0; i < plugins.size(); i++) {
            JsonObject plugin = plugins.getJsonObject(i);
            String id = plugin.getString("id");
            String version = plugin.getString("version");
            boolean isThere = host.plugins().stream()
                    .anyMatch(loaded -> loaded.id().equals(id)
                            && loaded.version().equals(version)
                            && loaded.digest().equals(plugin.getString("digest")));
            if (!isThere) {
                missing.add(id + " " + version + " of " + node.name());
            }
        }
        return missing;
    }

    /** What nodes have as a plugin of that id and version: {@code null} of one that is silent, empty when it has none. */
    private Future<List<@Nullable String>> digests(List<Node> nodes, LoadedPlugin plugin) {
        JsonObject question =
                new JsonObject().put("ask", "digest").put("plugin", plugin.id()).put("version", plugin.version());
        List<Future<@Nullable String>> asked = new ArrayList<>();
        for (Node node : nodes) {
            asked.add(ask(node, question, ANSWER_MILLIS)
                    .<@Nullable String>map(answer -> answer.getString("digest", ""))
                    .otherwise((String) null));
        }
        return Future.join(asked).map(done -> {
            List<@Nullable String> digests = new ArrayList<>();
            asked.forEach(answer -> digests.add(answer.result()));
            return digests;
        });
    }

    private static List<String> named(
            List<Node> nodes, List<@Nullable String> digests, BiPredicate<Node, @Nullable String> isNamed) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            if (isNamed.test(nodes.get(i), digests.get(i))) {
                names.add(nodes.get(i).name());
            }
        }
        return names;
    }

    /** How many simulations nodes have open, by id of the node; those that do not answer are left out. */
    Future<Map<String, Long>> openCounts(List<Node> nodes) {
        Map<String, Long> counts = new ConcurrentHashMap<>();
        List<Future<?>> asked = new ArrayList<>();
        for (Node node : nodes) {
            asked.add(ask(node, new JsonObject().put("ask", "open-count"), COUNT_MILLIS)
                    .onSuccess(answer -> counts.put(node.id(), answer.getLong("open"))));
        }
        return Future.join(asked).transform(done -> Future.succeededFuture(counts));
    }

    /** The hashes of the tables of simulations, where the nodes that have them open tell them. */
    Future<Map<String, Cluster.Hash>> hashes(List<Node> nodes, Map<String, String> holders) {
        Map<String, Cluster.Hash> hashes = new HashMap<>();
        List<Future<?>> asked = new ArrayList<>();
        for (Node node : nodes) {
            JsonArray names = new JsonArray();
            holders.forEach((name, holder) -> {
                if (holder.equals(node.id())) {
                    names.add(name);
                }
            });
            if (!names.isEmpty()) {
                asked.add(ask(node, new JsonObject().put("ask", "hashes").put("simulations", names), ANSWER_MILLIS)
                        .onSuccess(answer -> {
                            synchronized (hashes) {
                                answer.fieldNames().forEach(name -> {
                                    JsonObject hash = answer.getJsonObject(name);
                                    hashes.put(
                                            name, new Cluster.Hash(hash.getLong("position"), hash.getString("hash")));
                                });
                            }
                        }));
            }
        }
        return Future.join(asked).transform(done -> {
            synchronized (hashes) {
                return Future.succeededFuture(Map.copyOf(hashes));
            }
        });
    }
}
