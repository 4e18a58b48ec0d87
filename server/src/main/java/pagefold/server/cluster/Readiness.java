package pagefold.server.cluster;

import io.vertx.core.Vertx;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pagefold.host.PluginHost;

/** Keeps a node that joins from taking simulations before it has the plugins that the others have. */
final class Readiness {
    private static final Logger LOG = LoggerFactory.getLogger(Readiness.class);
    private static final long AGAIN_MILLIS = 1000;

    private final Vertx vertx;
    private final NodeMessages messages;
    private final PluginHost host;
    private List<String> said = List.of();

    Readiness(Vertx vertx, NodeMessages messages, PluginHost host) {
        this.vertx = vertx;
        this.messages = messages;
        this.host = host;
    }

    /**
     * Calls back, where it may wait, when this node has the plugins of all others. Waits for the first look at them, and
     * no longer.
     */
    void whenComplete(Supplier<List<Node>> others, Runnable ready) {
        List<String> missing = messages.missing(others.get(), host)
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        if (missing.isEmpty()) {
            ready.run();
            return;
        }
        if (!missing.equals(said)) {
            LOG.error("takes no simulations before it has the plugins that other nodes have: {}", missing);
            said = missing;
        }
        vertx.setTimer(
                AGAIN_MILLIS,
                later -> vertx.executeBlocking(
                        () -> {
                            whenComplete(others, ready);
                            return null;
                        },
                        true));
    }
}
