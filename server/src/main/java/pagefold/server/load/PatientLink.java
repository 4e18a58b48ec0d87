package pagefold.server.load;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.net.URI;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import pagefold.server.client.Retries;
import pagefold.server.client.Route;

/** The way of one user to the servers, on one event loop: a connection to one, and to another when that is lost. */
final class PatientLink {
    private final Vertx vertx;
    private final LoadClient client;
    private final Route route;
    private final long patienceMillis;
    private final LoadTally tally;
    private LoadClient.@Nullable Link link;

    PatientLink(Vertx vertx, LoadClient client, Route route, long patienceMillis, LoadTally tally) {
        this.vertx = vertx;
        this.client = client;
        this.route = route;
        this.patienceMillis = patienceMillis;
        this.tally = tally;
    }

    /** When what begins now is sent again. */
    Retries retries() {
        return new Retries(patienceMillis, route.size());
    }

    /**
     * Asks until there is an answer that lasts, or patience ends; then it is the last answer, or the last failure.
     *
     * @param request sends it; to be sent twice must do no harm
     */
    Future<LoadClient.Answer> ask(Function<LoadClient.Link, Future<LoadClient.Answer>> request) {
        Promise<LoadClient.Answer> lasting = Promise.promise();
        ask(request, retries(), lasting);
        return lasting.future();
    }

    private void ask(
            Function<LoadClient.Link, Future<LoadClient.Answer>> request,
            Retries retries,
            Promise<LoadClient.Answer> lasting) {
        URI server = route.server();
        connected(server).compose(request).onComplete(answered -> {
            Optional<String> retryAfter =
                    answered.succeeded() ? answered.result().retryAfter() : Optional.empty();
            boolean isOver =
                    answered.succeeded() && !Retries.isPassing(answered.result().status(), retryAfter);
            if (isOver || !again(server, retries, retryAfter, () -> ask(request, retries, lasting))) {
                lasting.handle(answered);
            }
        });
    }

    private Future<LoadClient.Link> connected(URI server) {
        LoadClient.Link open = link;
        if (open != null && open.server().equals(server)) {
            return Future.succeededFuture(open);
        }
        return client.connect(server).onSuccess(connected -> link = connected);
    }

    /**
     * After an attempt that has failed, turns to the next server and begins another one later.
     *
     * @return false when there is to be none
     */
    boolean again(URI server, Retries retries, Optional<String> retryAfter, Runnable attempt) {
        leave(server);
        OptionalLong pause = retries.pause(retryAfter);
        if (pause.isEmpty()) {
            return false;
        }
        tally.retried();
        vertx.setTimer(Math.max(1, pause.getAsLong()), waited -> attempt.run());
        return true;
    }

    private void leave(URI server) {
        LoadClient.Link open = link;
        if (open != null && open.server().equals(server)) {
            link = null;
            open.connection().close();
        }
        route.leave(server);
    }

    /** The server whose turn it is. */
    URI server() {
        return route.server();
    }
}
