package pagefold.server.api;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.URI;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A running server. {@link #close} stops taking requests, finishes what is under way and closes the log. */
public final class PagefoldServer implements AutoCloseable {
    private static final int START_SECONDS = 60;
    private static final int CLOSE_SECONDS = 30;

    private final Vertx vertx;
    private final HttpServer http;
    private final ServerOptions options;

    private PagefoldServer(Vertx vertx, HttpServer http, ServerOptions options) {
        this.vertx = vertx;
        this.http = http;
        this.options = options;
    }

    /**
     * Starts a server and returns when it answers.
     *
     * @throws IOException when the log cannot be opened or the port cannot be had; the sentence says which
     */
    public static PagefoldServer start(ServerOptions options) throws IOException {
        Vertx vertx = Vertx.vertx(new VertxOptions()
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(true)));
        try {
            Router router = Router.router(vertx);
            router.get("/health/live").handler(context -> context.json(java.util.Map.of("status", "up")));
            HttpServer http = vertx.createHttpServer(
                            new HttpServerOptions().setHost(options.host()).setPort(options.port()))
                    .requestHandler(router)
                    .listen()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(START_SECONDS, TimeUnit.SECONDS);
            return new PagefoldServer(vertx, http, options);
        } catch (ExecutionException | TimeoutException e) {
            vertx.close();
            throw new IOException(
                    "cannot listen on " + options.host() + ":" + options.port() + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            vertx.close();
            throw new IOException("interrupted while starting", e);
        }
    }

    /** The port in use. */
    public int port() {
        return http.actualPort();
    }

    /** Where the server answers, without a path. */
    public URI uri() {
        return URI.create("http://" + options.host() + ":" + port());
    }

    @Override
    public void close() {
        try {
            vertx.close().toCompletionStage().toCompletableFuture().get(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("expected to close within " + CLOSE_SECONDS + " s, but: " + e, e);
        }
    }
}
