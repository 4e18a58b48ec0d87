package pagefold.server.space;

import io.vertx.core.Vertx;
import pagefold.server.watch.Watchdog;

/**
 * What the simulations of a server work in.
 *
 * @param vertx whose threads and bus they use
 * @param watchdog that looks at what plugins do here
 * @param neighbours the other servers that share the log
 */
public record Surroundings(Vertx vertx, Watchdog watchdog, Neighbours neighbours) {}
