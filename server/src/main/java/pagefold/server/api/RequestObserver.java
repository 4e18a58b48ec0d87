package pagefold.server.api;

import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pagefold.server.ops.Metrics;

/** Follows every request: its trace, how long it took, a line in the log. */
final class RequestObserver {
    /** Off in the text log, on in the JSON one. */
    private static final Logger LOG = LoggerFactory.getLogger("pagefold.requests");

    private static final String TRACE = "pagefold.trace";

    private final Metrics metrics;

    RequestObserver(Metrics metrics) {
        this.metrics = metrics;
    }

    /** Begins with a request, unless that was done. */
    void begin(RoutingContext routing, String operation) {
        if (trace(routing) != null) {
            return;
        }
        Trace trace = Trace.of(routing.request());
        routing.put(TRACE, trace);
        routing.response().putHeader(Trace.HEADER, trace.header());
        long began = System.nanoTime();
        routing.addEndHandler(ended -> end(routing, operation, trace, System.nanoTime() - began));
    }

    static @Nullable Trace trace(RoutingContext routing) {
        return routing.get(TRACE);
    }

    private void end(RoutingContext routing, String operation, Trace trace, long nanos) {
        int status = routing.response().getStatusCode();
        metrics.requested(operation, status, nanos);
        if (LOG.isInfoEnabled()) {
            LOG.atInfo()
                    .addKeyValue("trace_id", trace.traceId())
                    .addKeyValue("span_id", trace.spanId())
                    .addKeyValue("operation", operation)
                    .addKeyValue("method", routing.request().method().name())
                    .addKeyValue("path", routing.request().path())
                    .addKeyValue("status", status)
                    .addKeyValue("micros", TimeUnit.NANOSECONDS.toMicros(nanos))
                    .log("request");
        }
    }
}
