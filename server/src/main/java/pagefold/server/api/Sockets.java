package pagefold.server.api;

import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import pagefold.server.replay.Trouble;
import pagefold.server.space.Simulations;
import pagefold.server.stream.EventFeeds;

/** The sockets of a server. */
final class Sockets {
    private final Simulations simulations;
    private final Admission admission;
    private final EventFeeds feeds;
    private final Set<SocketSession> sessions = ConcurrentHashMap.newKeySet();

    Sockets(Simulations simulations, Admission admission, EventFeeds feeds) {
        this.simulations = simulations;
        this.admission = admission;
        this.feeds = feeds;
    }

    void get(RoutingContext routing) {
        Exchange exchange = new Exchange(routing);
        String name = exchange.simulation();
        HttpServerRequest request = routing.request();
        if (!"websocket".equalsIgnoreCase(request.getHeader(HttpHeaders.UPGRADE))) {
            routing.response().putHeader(HttpHeaders.UPGRADE, "websocket");
            throw new Problem.Exception(
                    Problem.of(426, "upgrade-required", "This is a WebSocket; the request must ask for an upgrade."));
        }
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
