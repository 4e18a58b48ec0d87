package pagefold.server.cluster;

import io.vertx.core.json.JsonObject;

/**
 * Where a simulation is open.
 *
 * @param node id of the node
 * @param epoch under which it writes
 */
record Opened(String node, long epoch) {

    String toJson() {
        return new JsonObject().put("node", node).put("epoch", epoch).encode();
    }

    static Opened of(String json) {
        JsonObject fields = new JsonObject(json);
        return new Opened(fields.getString("node"), fields.getLong("epoch"));
    }
}
