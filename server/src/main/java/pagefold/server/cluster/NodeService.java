package pagefold.server.cluster;

import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashSet;
import java.util.Set;
import pagefold.host.LoadedPlugin;
import pagefold.host.PluginHost;
import pagefold.server.space.Simulations;

/** What a node does for another one that asks over the bus. */
final class NodeService {
    private final Simulations simulations;
    private final PluginHost host;

    NodeService(Simulations simulations, PluginHost host) {
        this.simulations = simulations;
        this.host = host;
    }

    Future<JsonObject> answer(JsonObject question) {
        return switch (question.getString("ask", "")) {
            case "hand-over" ->
                simulations.handOver(question.getString("simulation")).map(done -> new JsonObject());
            case "digest" ->
                Future.succeededFuture(new JsonObject()
                        .put("digest", digest(question.getString("plugin"), question.getString("version"))));
            case "open-count" -> Future.succeededFuture(new JsonObject().put("open", simulations.openCount()));
            case "plugins" -> Future.succeededFuture(new JsonObject().put("plugins", plugins()));
            case "hashes" -> hashes(question.getJsonArray("simulations"));
            default -> Future.failedFuture("expected a question that this version knows");
        };
    }

    private JsonArray plugins() {
        JsonArray plugins = new JsonArray();
        host.plugins()
                .forEach(loaded -> plugins.add(new JsonObject()
                        .put("id", loaded.id())
                        .put("version", loaded.version())
                        .put("digest", loaded.digest())));
        return plugins;
    }

    private String digest(String plugin, String version) {
        return host.plugins().stream()
                .filter(loaded -> loaded.id().equals(plugin) && loaded.version().equals(version))
                .map(LoadedPlugin::digest)
                .findFirst()
                .orElse("");
    }

    private Future<JsonObject> hashes(JsonArray names) {
        Set<String> asked = new HashSet<>();
        names.forEach(name -> asked.add(String.valueOf(name)));
        return Hashes.of(simulations, asked, Set.copyOf(simulations.openNames()))
                .map(found -> {
                    JsonObject answer = new JsonObject();
                    found.forEach((name, hash) -> answer.put(
                            name,
                            new JsonObject().put("position", hash.position()).put("hash", hash.value())));
                    return answer;
                });
    }
}
