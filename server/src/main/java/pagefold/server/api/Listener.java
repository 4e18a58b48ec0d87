package pagefold.server.api;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** The port of a server, with an event loop for each processor; a connection stays on one of them. */
final class Listener {
    private final List<HttpServer> servers;

    private Listener(List<HttpServer> servers) {
        this.servers = servers;
    }

    /** Listens; all loops share the port, also one that was free. */
    static Future<Listener> open(Vertx vertx, HttpServerOptions options, Router router) {
        List<HttpServer> servers = new CopyOnWriteArrayList<>();
        // To Vert.x, 0 is a free port for each, and a negative number one for all.
        HttpServerOptions shared = options.getPort() == 0 ? new HttpServerOptions(options).setPort(-1) : options;
        DeploymentOptions loops = new DeploymentOptions()
                .setInstances(Math.max(2, Runtime.getRuntime().availableProcessors()));
        return vertx.deployVerticle(() -> new Loop(shared, router, servers), loops)
                .map(deployed -> new Listener(servers));
    }

    int port() {
        return servers.getFirst().actualPort();
    }

    /** Takes no more requests; completes when those that were taken are answered, or after a time. */
    Future<Void> shutdown(int seconds) {
        List<Future<?>> all = new ArrayList<>();
        servers.forEach(server -> all.add(server.shutdown(seconds, TimeUnit.SECONDS)));
        return Future.join(all).mapEmpty();
    }

    private static final class Loop extends VerticleBase {
        private final HttpServerOptions options;
        private final Router router;
        private final List<HttpServer> servers;

        Loop(HttpServerOptions options, Router router, List<HttpServer> servers) {
            this.options = options;
            this.router = router;
            this.servers = servers;
        }

        @Override
        public Future<?> start() {
            return vertx.createHttpServer(options)
                    .requestHandler(router)
                    .invalidRequestHandler(UndecodedRequest::answer)
                    .listen()
                    .onSuccess(servers::add);
        }
    }
}
