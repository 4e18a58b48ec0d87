package pagefold.server.ops;

import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;

/** The answers to health probes. A server lives from its start, and is ready until it begins to close. */
public final class Health {
    private static final String UP = "{\"status\":\"up\"}\n";
    private static final String DOWN = "{\"status\":\"down\"}\n";

    private volatile boolean ready;

    /** The health of a server that is not ready yet. */
    public Health() {}

    /** Says whether requests are taken from now on. */
    public void setReady(boolean isReady) {
        ready = isReady;
    }

    /** Answers 200: a process that answers lives. */
    public void live(RoutingContext context) {
        answer(context, true);
    }

    /** Answers 200 when requests are taken, else 503. */
    public void ready(RoutingContext context) {
        answer(context, ready);
    }

    private static void answer(RoutingContext context, boolean up) {
        context.response()
                .setStatusCode(up ? 200 : 503)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .end(up ? UP : DOWN);
    }
}
