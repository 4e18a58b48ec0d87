package pagefold.server.ops;

import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.function.BooleanSupplier;
import pagefold.server.log.EventLog;

/**
 * The answers to health probes. A server lives from its start; it is ready until it begins to close, and as long as its
 * log can be written.
 */
public final class Health {
    private final EventLog log;
    private final BooleanSupplier cluster;
    private volatile boolean open;

    /**
     * The health of a server that is not ready yet.
     *
     * @param cluster whether its cluster works, as far as it knows
     */
    public Health(EventLog log, BooleanSupplier cluster) {
        this.log = log;
        this.cluster = cluster;
    }

    /** Says whether requests are taken from now on. */
    public void setReady(boolean isReady) {
        open = isReady;
    }

    /** Answers 200: a process that answers lives. */
    public void live(RoutingContext context) {
        answer(context, 200, "{\"status\":\"up\"}\n");
    }

    /** Answers 200 when requests are taken and what they write can be kept, else 503 with a reason. */
    public void ready(RoutingContext context) {
        if (log.failure() != null) {
            answer(context, 503, "{\"status\":\"down\",\"reason\":\"the log cannot be written\"}\n");
        } else if (!open) {
            answer(context, 503, "{\"status\":\"down\",\"reason\":\"the server starts or stops\"}\n");
        } else if (!cluster.getAsBoolean()) {
            answer(context, 503, "{\"status\":\"down\",\"reason\":\"the server is not in its cluster\"}\n");
        } else {
            answer(context, 200, "{\"status\":\"up\"}\n");
        }
    }

    private static void answer(RoutingContext context, int status, String body) {
        context.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .end(body);
    }
}
