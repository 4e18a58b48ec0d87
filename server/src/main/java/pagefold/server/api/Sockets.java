package pagefold.server.api;

import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import pagefold.server.access.Caller;
import pagefold.server.replay.Trouble;
import pagefold.server.space.Simulations;
import pagefold.server.stream.EventFeeds;

/** The sockets of a server. */
final class Sockets {
    private final Simulations simulations;
    private final Admission admission;
    private static final String VERSION_HEADER = "Sec-WebSocket-Version";
    private static final String VERSION = "13";

    private final EventFeeds feeds;
    private final Set<SocketSession> sessions = ConcurrentHashMap.newKeySet();

    Sockets(Simulations simulations, Admission admission, EventFeeds feeds) {
        this.simulations = simulations;
        this.admission = admission;
        this.feeds = feeds;
    }

    /** Why a request does not become a socket; {@code null} when it may. */
    static @Nullable Problem refusal(RoutingContext routing) {
        HttpServerRequest request = routing.request();
        if (!"websocket".equalsIgnoreCase(request.getHeader(HttpHeaders.UPGRADE))) {
            routing.response().putHeader(HttpHeaders.UPGRADE, "websocket");
            return Problem.of(426, "upgrade-required", "This is a WebSocket; the request must ask for an upgrade.");
        }
        if (!VERSION.equals(request.getHeader(VERSION_HEADER))) {
            routing.response().putHeader(HttpHeaders.UPGRADE, "websocket").putHeader(VERSION_HEADER, VERSION);
            return Problem.of(426, "upgrade-required", "The server speaks version " + VERSION + " of WebSocket.");
        }
        String connection = request.getHeader(HttpHeaders.CONNECTION);
        if (request.getHeader("Sec-WebSocket-Key") == null
                || connection == null
                || !connection.toLowerCase(Locale.ROOT).contains("upgrade")) {
            return Problem.of(
                    400, "malformed", "Expected a Sec-WebSocket-Key, and upgrade as the Connection, to open a socket.");
        }
        return isForeign(routing)
                ? Problem.of(403, "foreign-origin", "A server without a login opens no socket for pages of others.")
                : null;
    }

    /**
     * Whether a browser asks for a page of somebody else (RFC 6455, section 10.2): unlike other requests, it opens sockets
     * to anywhere. With a login it has no token to show there; and a node that sends a request on has looked before.
     */
    private static boolean isForeign(RoutingContext routing) {
        HttpServerRequest request = routing.request();
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        if (origin == null || !Guard.caller(routing).equals(Caller.LOCAL) || request.getHeader(Forwarder.HOP) != null) {
            return false;
        }
        String host = request.getHeader(HttpHeaders.HOST);
        return host == null || !origin.substring(origin.indexOf("//") + 1).equalsIgnoreCase("/" + host);
    }

    void get(RoutingContext routing) {
        Exchange exchange = new Exchange(routing);
        String name = exchange.simulation();
        HttpServerRequest request = routing.request();
        request.pause();
        exchange.then(simulations.open(name), trouble -> {
            if (trouble instanceof Trouble.NoSuchSimulation || trouble instanceof Trouble.Busy) {
                request.resume();
                exchange.send(Problems.of(trouble));
            } else {
                request.toWebSocket()
                        .onSuccess(socket -> begin(exchange, socket))
                        .onFailure(exchange::failed);
            }
        });
    }

    private void begin(Exchange exchange, ServerWebSocket socket) {
        SocketSession session = new SocketSession(exchange, socket, admission, feeds);
        sessions.add(session);
        session.closed().onComplete(closed -> sessions.remove(session));
        Runnable keep = exchange.whenTokenEnds(session::stop);
        session.closed().onComplete(closed -> keep.run());
        session.start();
    }

    /** The simulations that have sockets. */
    Set<String> simulations() {
        Set<String> names = new HashSet<>();
        sessions.forEach(session -> names.add(session.simulation()));
        return names;
    }

    /** Ends the sockets of a simulation that another server has from now on. */
    void handedOver(String simulation) {
        sessions.forEach(session -> {
            if (session.simulation().equals(simulation)) {
                session.stop();
            }
        });
    }

    /** Ends all sockets, each when what it was sent is answered. */
    Future<Void> close() {
        List<Future<?>> closing = new ArrayList<>();
        sessions.forEach(session -> closing.add(session.stop()));
        return Future.join(closing).mapEmpty();
    }
}
