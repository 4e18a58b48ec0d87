package pagefold.server.cluster;

import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A server, as the others know it.
 *
 * @param id that it has until it ends
 * @param name for people
 * @param api where its API answers
 * @param version of the program
 * @param since when it started
 * @param ready whether it takes simulations; not while it starts and stops
 * @param log which log it has ({@link pagefold.server.log.EventLog#identity})
 * @param key shown by requests that another node sends on; known to nodes alone
 */
public record Node(
        String id, String name, URI api, String version, Instant since, boolean ready, String log, String key) {

    /** The same, where it is reached. */
    Node at(URI address, boolean isReady) {
        return new Node(id, name, address, version, since, isReady, log, key);
    }

    Node notReady() {
        return at(api, false);
    }

    /** Why another node is not one of the same cluster, whatever Hazelcast says; {@code null} when it is. */
    @Nullable
    String strangeness(Node other) {
        if (!log.equals(other.log)) {
            return "the node " + other + " has another log: expected one database for all nodes";
        }
        return version.equals(other.version)
                ? null
                : "the node " + other + " is of version " + other.version + ", and this one of " + version;
    }

    String toJson() {
        return new JsonObject()
                .put("id", id)
                .put("name", name)
                .put("api", api.toString())
                .put("version", version)
                .put("since", since.toString())
                .put("ready", ready)
                .put("log", log)
                .put("key", key)
                .encode();
    }

    static Node of(String json) {
        JsonObject fields = new JsonObject(json);
        return new Node(
                fields.getString("id"),
                fields.getString("name"),
                URI.create(fields.getString("api")),
                fields.getString("version"),
                Instant.parse(fields.getString("since")),
                fields.getBoolean("ready"),
                fields.getString("log", ""),
                fields.getString("key"));
    }

    @Override
    public String toString() {
        return name + " (" + id + ", " + api + ")";
    }
}
