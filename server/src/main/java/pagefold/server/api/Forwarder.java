package pagefold.server.api;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pagefold.server.cluster.Cluster;
import pagefold.server.cluster.Node;

/**
 * Sends requests about a simulation to the node that is to have it open, and answers with what that one answers.
 *
 * <p>A request goes over one hop at most: the one that it was sent on to answers it, or says that the simulation has
 * moved. What was surely not done is tried again, and so is what may be done twice: reads, and commands with an
 * {@code Idempotency-Key}. All else is a problem that says that nobody knows.
 */
final class Forwarder {
    /** Largest body of a request that can be sent on again, in bytes; a larger one is sent on once. */
    static final int MAX_KEPT_BODY_BYTES = 1 << 20;
    /** Shows that a node has sent the request on; what it says is known to nodes alone. */
    static final String HOP = "Pagefold-Hop";
    /** Which node has answered. */
    static final String NODE = "Pagefold-Node";
    /** The answer says that the simulation has moved, and nothing has been done. */
    static final String MOVED = "Pagefold-Moved";

    private static final Logger LOG = LoggerFactory.getLogger(Forwarder.class);
    private static final String STATE = "pagefold.forwarding";
    private static final String KEY = "Idempotency-Key";
    private static final long PATIENCE_MILLIS = 6000;
    private static final long PAUSE_MILLIS = 50;
    /** How long a node is missed before it counts as lost; while parts of a cluster merge, nodes are not seen. */
    static final long MISSED_MILLIS = 1000;

    private final Vertx vertx;
    private final Cluster cluster;
    private final Upstream upstream;
    private final Set<UnderWay> underWay = ConcurrentHashMap.newKeySet();
    private final LongAdder forwarded = new LongAdder();
    private final LongAdder repeated = new LongAdder();

    /** A request that waits for another node. */
    private record UnderWay(Node target, HttpClientRequest request) {}

    /** What is known of a request while it is here. */
    private static final class State {
        final Forwarder forwarder;
        final String simulation;
        final Handler<RoutingContext> here;
        /** Whether it can be answered again: its body, if it has one, is kept, or has not been read. */
        boolean isRepeatable;

        /** Whether it waits to be read by another node. */
        boolean isPaused;

        long troubledSince;

        State(Forwarder forwarder, String simulation, Handler<RoutingContext> here, boolean isRepeatable) {
            this.forwarder = forwarder;
            this.simulation = simulation;
            this.here = here;
            this.isRepeatable = isRepeatable;
        }
    }

    /**
     * Sends nothing yet.
     *
     * @param trust PEM of the certificates that vouch for those of nodes, or {@code null} for those that the JDK believes
     */
    Forwarder(Cluster cluster, @Nullable String trust) {
        this.vertx = cluster.vertx();
        this.cluster = cluster;
        this.upstream = new Upstream(vertx, trust);
        cluster.onChange(this::endThoseOfTheLostSoon);
    }

    /** Cuts the event streams and sockets of other nodes that go through here. */
    void endStreams() {
        upstream.endStreams();
    }

    /** How many requests were sent on. */
    long forwarded() {
        return forwarded.sum();
    }

    /** How many of them were sent on again. */
    long repeated() {
        return repeated.sum();
    }

    /** Answers a request about a simulation, here or by another node. */
    void handle(RoutingContext routing, String simulation, Handler<RoutingContext> here) {
        handle(routing, simulation, here, false);
    }

    /** As the other; a read that may be answered anywhere is answered here. */
    void handle(RoutingContext routing, String simulation, Handler<RoutingContext> here, boolean mayBeAnywhere) {
        if (!cluster.isClustered()) {
            here.handle(routing);
            return;
        }
        routing.response().putHeader(NODE, cluster.local().name());
        String hop = routing.request().getHeader(HOP);
        if (hop != null) {
            if (isOurs(hop)) {
                here.handle(routing);
            } else {
                // Meant for another node, which was here before, or from somebody who is none.
                moved(new Exchange(routing), simulation);
            }
        } else if (mayBeAnywhere && routing.queryParam(Consistency.PARAMETER).contains(Consistency.ANY)) {
            here.handle(routing);
        } else {
            begin(routing, new State(this, simulation, here, !hasStream(routing.request())));
        }
    }

    /** Takes the same time for all keys of a length. */
    private boolean isOurs(String hop) {
        return MessageDigest.isEqual(
                hop.getBytes(StandardCharsets.UTF_8), cluster.local().key().getBytes(StandardCharsets.UTF_8));
    }

    private static void moved(Exchange exchange, String simulation) {
        exchange.send(Problem.of(
                503,
                Problem.MOVED,
                "Another server is to have the simulation '" + simulation + "'; try again.",
                "simulation",
                simulation));
    }

    /** A body that is not kept: one that may be endless, or is large. */
    private static boolean hasStream(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length == null) {
            return request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null;
        }
        return length.length() > 9
                || Long.parseLong(length) > MAX_KEPT_BODY_BYTES
                || String.valueOf(request.getHeader(HttpHeaders.CONTENT_TYPE)).contains("ndjson");
    }

    private void begin(RoutingContext routing, State state) {
        routing.put(STATE, state);
        boolean isHere =
                cluster.preferred(state.simulation).id().equals(cluster.local().id());
        // A body that a request of this kind does not have may have been read to its end by now.
        if (isHere
                || !state.isRepeatable
                || !hasBody(routing.request())
                || routing.request().isEnded()) {
            next(routing, state);
        } else {
            BodyReader.read(new Exchange(routing), MAX_KEPT_BODY_BYTES, body -> next(routing, state));
        }
    }

    private static boolean hasBody(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return length != null && !length.equals("0");
    }

    private void next(RoutingContext routing, State state) {
        if (routing.response().closed()) {
            return;
        }
        Node target = cluster.preferred(state.simulation);
        if (target.id().equals(cluster.local().id())) {
            resume(routing.request(), state);
            try {
                state.here.handle(routing);
            } catch (RuntimeException e) {
                new Exchange(routing).failed(e);
            }
        } else {
            forwarded.increment();
            send(routing, state, target);
        }
    }

    /**
     * Tries a request once more that the simulation has moved away from, if that can be; whoever asks must then not
     * answer it.
     */
    static boolean isTriedAgain(RoutingContext routing) {
        State state = routing.get(STATE);
        return state != null && state.forwarder.again(routing, state);
    }

    private boolean again(RoutingContext routing, State state) {
        long now = System.nanoTime();
        if (state.troubledSince == 0) {
            state.troubledSince = now;
        }
        boolean isKept = !hasBody(routing.request()) || BodyReader.kept(routing) != null;
        if (!state.isRepeatable || !isKept || (now - state.troubledSince) / 1_000_000 > PATIENCE_MILLIS) {
            return false;
        }
        repeated.increment();
        vertx.setTimer(PAUSE_MILLIS, paused -> next(routing, state));
        return true;
    }

    private void send(RoutingContext routing, State state, Node target) {
        HttpServerRequest request = routing.request();
        Buffer body = BodyReader.kept(routing);
        boolean isTunnel = request.method() == HttpMethod.GET
                && "websocket".equalsIgnoreCase(request.getHeader(HttpHeaders.UPGRADE));
        // One without a body may have ended; over HTTP/2 it cannot be paused then.
        if (body == null && !request.isEnded()) {
            state.isPaused = true;
            request.pause();
        }
        upstream.open(target, request, RequestObserver.trace(routing))
                .onFailure(refused -> retryOr(routing, state, true, refused))
                .onSuccess(opened -> {
                    UnderWay waits = new UnderWay(target, opened);
                    underWay.add(waits);
                    routing.addEndHandler(ended -> underWay.remove(waits));
                    if (cluster.nodes().stream().noneMatch(node -> node.id().equals(target.id()))) {
                        endThoseOfTheLostSoon();
                    }
                    Upstream.Answers answers =
                            new Upstream.Answers(() -> again(routing, state), e -> retryOr(routing, state, false, e));
                    try {
                        if (isTunnel) {
                            upstream.tunnel(opened, routing, answers);
                        } else {
                            upstream.exchange(opened, routing, body, answers);
                        }
                    } catch (RuntimeException e) {
                        opened.reset();
                        new Exchange(routing).failed(e);
                    }
                });
    }

    /** Lets a request go on that waited to be read by another node. */
    private static void resume(HttpServerRequest request, State state) {
        if (state.isPaused && !request.isEnded()) {
            request.resume();
        }
        state.isPaused = false;
    }

    private void retryOr(RoutingContext routing, State state, boolean surelyNotDone, @Nullable Throwable why) {
        HttpMethod method = routing.request().method();
        boolean maybeTwice = method == HttpMethod.GET || routing.request().getHeader(KEY) != null;
        if ((surelyNotDone || maybeTwice) && again(routing, state)) {
            return;
        }
        resume(routing.request(), state);
        LOG.warn("a request about {} came to no other node: {}", state.simulation, String.valueOf(why));
        new Exchange(routing)
                .send(Problem.of(
                        503,
                        surelyNotDone ? "node-unreachable" : "node-lost",
                        surelyNotDone
                                ? "The node that has the simulation cannot be reached; nothing was done. Try again."
                                : "The node that has the simulation did not answer to the end; what became of the request"
                                        + " is not known. With an Idempotency-Key it can be sent again without harm.",
                        "simulation",
                        state.simulation));
    }

    private void endThoseOfTheLostSoon() {
        vertx.setTimer(MISSED_MILLIS, later -> endThoseOfTheLost());
    }

    /** What waits for a node that is gone, or hangs, waits no longer. */
    private void endThoseOfTheLost() {
        Set<String> live = ConcurrentHashMap.newKeySet();
        cluster.nodes().forEach(node -> live.add(node.id()));
        underWay.removeIf(waits -> {
            boolean isLost = !live.contains(waits.target().id());
            if (isLost) {
                waits.request().reset();
            }
            return isLost;
        });
    }
}
