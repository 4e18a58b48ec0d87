package pagefold.server.cluster;

import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Instant;

/**
 * A server, as the others know it.
 *
 * @param id that it has until it ends
 * @param name for people
 * @param api where its API answers
 * @param version of the program
 * @param since when it started
 * @param ready whether it takes simulations; not while it starts and stops
 * @param key shown by requests that another node sends on; known to nodes alone
 */
public record Node(String id, String name, URI api, String version, Instant since, boolean ready, String key) {

    Node notReady() {
        return new Node(id, name, api, version, since, false, key);
    }

    String toJson() {
        return new JsonObject()
                .put("id", id)
                .put("name", name)
                .put("api", api.toString())
                .put("version", version)
                .put("since", since.toString())
                .put("ready", ready)
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
                fields.getString("key"));
    }

    @Override
    public String toString() {
        return name + " (" + id + ", " + api + ")";
    }
}
