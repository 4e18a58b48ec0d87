package pagefold.server.api;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.time.Clock;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pagefold.host.PluginHost;
import pagefold.server.access.Allowance;
import pagefold.server.access.Tokens;
import pagefold.server.cluster.Alone;
import pagefold.server.cluster.Cluster;
import pagefold.server.cluster.ClusterOptions;
import pagefold.server.cluster.Joining;
import pagefold.server.compare.Comparisons;
import pagefold.server.history.Bisections;
import pagefold.server.history.Origins;
import pagefold.server.log.EventLog;
import pagefold.server.log.LogException;
import pagefold.server.ops.Health;
import pagefold.server.ops.Metrics;
import pagefold.server.plugins.PluginAdmin;
import pagefold.server.plugins.PluginDirectory;
import pagefold.server.plugins.PluginUsage;
import pagefold.server.space.Followers;
import pagefold.server.space.Limits;
import pagefold.server.space.Simulations;
import pagefold.server.space.Surroundings;
import pagefold.server.stream.EventFeeds;
import pagefold.server.watch.Watchdog;

/**
 * A running server.
 *
 * <p>{@link #close} says that it is not ready any more, lets requests that were taken finish, answers what waits for the
 * log, and gives the data directory back.
 */
public final class PagefoldServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PagefoldServer.class);
    private static final String FROM_SOURCES = "from sources";
    private static final int START_SECONDS = 60;
    private static final int DRAIN_SECONDS = 20;
    private static final int IDLE_SECONDS = 600;

    private final Parts parts;
    private final Listener http;
    private final ServerOptions options;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** What a server is made of, besides its port. */
    record Parts(
            Vertx vertx,
            PluginHost host,
            EventLog log,
            Simulations simulations,
            Comparing comparing,
            Tracing tracing,
            Views views,
            Plugins plugins,
            EventFeeds feeds,
            Metrics metrics,
            Admission admission,
            Guard guard,
            Sockets sockets,
            Health health,
            Cluster cluster,
            Forwarder forwarder) {}

    private PagefoldServer(Parts parts, Listener http, ServerOptions options) {
        this.parts = parts;
        this.http = http;
        this.options = options;
    }

    /**
     * Starts a server with the plugins that come with it, and returns when it answers.
     *
     * @throws LogException when the log cannot be opened, or another server has it
     * @throws IOException when the port cannot be had; the sentence says why
     */
    public static PagefoldServer start(ServerOptions options) throws IOException {
        return start(options, options.openPlugins(), Limits.withOpen(options.openSimulations()));
    }

    /** Starts a server with other plugins and limits. The host is the server's from now on. */
    static PagefoldServer start(ServerOptions options, PluginHost host, Limits limits) throws IOException {
        requireLogin(options);
        EventLog log = EventLog.open(options.log(), Clock.systemUTC());
        Watchdog watchdog = new Watchdog(limits.pluginMillis(), Clock.systemUTC());
        Cluster cluster;
        try {
            cluster = cluster(options, log);
        } catch (IOException | RuntimeException e) {
            watchdog.close();
            log.close();
            host.close();
            throw e;
        }
        Vertx vertx = cluster.vertx();
        try {
            Simulations simulations =
                    new Simulations(new Surroundings(vertx, watchdog, cluster.neighbours()), log, host, limits);
            Views views = new Views(host);
            Comparing comparing = new Comparing(watchdog, new Comparisons(log, host), views);
            EventFeeds feeds = new EventFeeds(vertx, simulations);
            Metrics metrics = new Metrics(log, simulations, feeds);
            Admission admission =
                    new Admission(simulations, metrics, options.access().limits());
            Guard guard = guard(vertx, options);
            Sockets sockets = new Sockets(simulations, admission, feeds);
            Health health = new Health(log, cluster::isUp);
            Forwarder forwarder = new Forwarder(
                    cluster,
                    options.cluster() == null ? null : options.cluster().trust());
            metrics.watch(cluster, forwarder::forwarded, forwarder::repeated);
            PluginUsage usage = new PluginUsage(log, host);
            PluginDirectory directory = new PluginDirectory(options.pluginDirectory());
            PluginAdmin admin = new PluginAdmin(host, directory, usage, simulations::forget);
            Plugins plugins = new Plugins(cluster, host, admin, usage, watchdog);
            Parts parts = new Parts(
                    vertx,
                    host,
                    log,
                    simulations,
                    comparing,
                    new Tracing(watchdog, new Origins(log, host), new Bisections(log, host), views),
                    views,
                    plugins,
                    feeds,
                    metrics,
                    admission,
                    guard,
                    sockets,
                    health,
                    cluster,
                    forwarder);
            simulations.setFollowers(followers(parts));
            Listener http = listen(parts, options);
            PagefoldServer server = new PagefoldServer(parts, http, options);
            cluster.begin(simulations, host, server.uri());
            parts.health.setReady(true);
            LOG.info("listening on {}", server.uri());
            return server;
        } catch (IOException | RuntimeException e) {
            watchdog.close();
            vertx.close();
            log.close();
            host.close();
            throw e;
        }
    }

    private static Followers followers(Parts parts) {
        return new Followers() {
            @Override
            public Set<String> simulations() {
                Set<String> followed = new HashSet<>(parts.feeds.simulations());
                followed.addAll(parts.sockets.simulations());
                return followed;
            }

            @Override
            public void leftBehind(String simulation) {
                parts.feeds.handedOver(simulation);
                parts.sockets.handedOver(simulation);
                parts.admission.removed(simulation);
            }
        };
    }

    private static Cluster cluster(ServerOptions options, EventLog log) throws IOException {
        VertxOptions vertx = new VertxOptions().setPreferNativeTransport(true);
        String version = PagefoldServer.class.getPackage().getImplementationVersion();
        ClusterOptions clustered = options.cluster();
        if (clustered == null) {
            return new Alone(Vertx.vertx(vertx), version == null ? FROM_SOURCES : version, Clock.systemUTC());
        }
        if (clustered.api() == null && InetAddress.getByName(options.host()).isAnyLocalAddress()) {
            throw new IOException("expected the address at which the other nodes reach this one's API (--cluster-api"
                    + " http://HOST:PORT), since it listens on all interfaces");
        }
        return Joining.join(clustered, vertx, version == null ? FROM_SOURCES : version, log.identity());
    }

    private static void requireLogin(ServerOptions options) throws IOException {
        if (options.access().tokens() == null
                && !InetAddress.getByName(options.host()).isLoopbackAddress()) {
            throw new IOException("expected keys or an issuer of tokens for a server that others can reach, but there"
                    + " is no login: say whose tokens are believed (auth-key or auth-issuer), or listen on "
                    + ServerOptions.DEFAULT_HOST + " instead of " + options.host());
        }
    }

    private static Guard guard(Vertx vertx, ServerOptions options) throws IOException {
        ServerAccess access = options.access();
        Tokens tokens = access.tokens() == null
                ? null
                : await(Tokens.open(vertx, access.tokens(), Clock.systemUTC()), START_SECONDS);
        return new Guard(tokens, new Allowance(access.limits().requestsPerSecond(), System::nanoTime), hosts(options));
    }

    private static AllowedHosts hosts(ServerOptions options) {
        Set<String> hosts = new HashSet<>(options.access().hosts());
        hosts.add(options.host());
        URI api = options.cluster() == null ? null : options.cluster().api();
        if (api != null && api.getHost() != null) {
            hosts.add(api.getHost());
        }
        return new AllowedHosts(hosts);
    }

    private static Listener listen(Parts parts, ServerOptions options) throws IOException {
        ApiRouter api = new ApiRouter(parts);
        Router router = await(api.build(parts.vertx), START_SECONDS);
        HttpServerOptions http = new HttpServerOptions()
                .setHost(options.host())
                .setPort(options.port())
                .setTcpNoDelay(true)
                .setHandle100ContinueAutomatically(true)
                .setMaxInitialLineLength(UndecodedRequest.MAX_LINE_BYTES)
                .setMaxHeaderSize(UndecodedRequest.MAX_HEADER_BYTES)
                .setMaxWebSocketFrameSize(SocketSession.MAX_MESSAGE_BYTES)
                .setMaxWebSocketMessageSize(SocketSession.MAX_MESSAGE_BYTES)
                .setIdleTimeout(IDLE_SECONDS);
        ServerAccess.TlsOptions tls = options.access().tls();
        if (tls != null) {
            http.setSsl(true)
                    .setKeyCertOptions(new PemKeyCertOptions()
                            .addCertValue(Buffer.buffer(tls.certificate()))
                            .addKeyValue(Buffer.buffer(tls.key())))
                    .setEnabledSecureTransportProtocols(Set.of("TLSv1.2", "TLSv1.3"));
        }
        try {
            return await(Listener.open(parts.vertx, http, router), START_SECONDS);
        } catch (IOException e) {
            throw new IOException(
                    "cannot listen on " + options.host() + ":" + options.port() + ": " + e.getMessage(), e);
        }
    }

    private static <T> T await(Future<T> future, int seconds) throws IOException {
        try {
            return future.toCompletionStage().toCompletableFuture().get(seconds, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException(String.valueOf(cause.getMessage()), cause);
        } catch (TimeoutException e) {
            throw new IOException("it took longer than " + seconds + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** The port in use. */
    public int port() {
        return http.port();
    }

    /** Where the server answers, without a path. */
    public URI uri() {
        String host = options.host().contains(":") ? "[" + options.host() + "]" : options.host();
        return URI.create((options.access().tls() == null ? "http://" : "https://") + host + ":" + port());
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        parts.health.setReady(false);
        // Before anything is refused: the others send nothing here any more, and have what was here.
        quietly("the hand-over to other nodes", parts.cluster.leave());
        parts.feeds.close();
        parts.forwarder.endStreams();
        quietly("the sockets", parts.sockets.close());
        quietly("the port", http.shutdown(DRAIN_SECONDS));
        quietly("the simulations", parts.simulations.close());
        quietly("the threads", parts.vertx.close());
        parts.simulations.watchdog().close();
        parts.log.close();
        parts.host.close();
        parts.metrics.close();
    }

    private static void quietly(String what, Future<?> closed) {
        try {
            await(closed, DRAIN_SECONDS + 5);
        } catch (IOException e) {
            LOG.warn("could not close {} in order: {}", what, e.getMessage());
        }
    }
}
