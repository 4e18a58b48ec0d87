package pagefold.server.api;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pagefold.model.Hex;
import pagefold.model.Names;
import pagefold.server.access.Caller;
import pagefold.server.log.LogUnavailable;
import pagefold.server.replay.Trouble;
import pagefold.server.wire.WholeNumber;

/** One request with the parameters and answers that all of them have in common. */
final class Exchange {
    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

    private static final long LINGER_MILLIS = 5000;

    private final RoutingContext routing;
    private final Context context;

    Exchange(RoutingContext routing) {
        this.routing = routing;
        this.context = routing.vertx().getOrCreateContext();
    }

    /** The name of the simulation in the path. */
    String simulation() {
        return name("simulation");
    }

    /** The name of the space in the path. */
    String space() {
        return name("space");
    }

    /** A name in the path. */
    String name(String parameter) {
        String name = routing.pathParam(parameter);
        if (name == null || !Names.isValid(name)) {
            throw new Problem.Exception(Problems.invalid(
                    parameter,
                    "Expected the name of a " + parameter + " of 1 to " + Names.MAX_LENGTH
                            + " letters, digits, dots, underscores or hyphens."));
        }
        return name;
    }

    /** The position that the read is about; null for the head. */
    @Nullable
    Long at() {
        return routing.queryParam("at").isEmpty() ? null : number("at", 1, Long.MAX_VALUE, 1);
    }

    long number(String parameter, long least, long most, long absent) {
        String text = query(parameter);
        if (text == null) {
            return absent;
        }
        OptionalLong number = WholeNumber.parse(text);
        if (number.isPresent() && number.getAsLong() >= least && number.getAsLong() <= most) {
            return number.getAsLong();
        }
        throw new Problem.Exception(
                Problems.invalid(parameter, "Expected a whole number from " + least + " to " + most + "."));
    }

    @Nullable
    String query(String parameter) {
        var values = routing.queryParam(parameter);
        if (values.size() > 1) {
            throw new Problem.Exception(Problems.invalid(
                    parameter, "Expected the parameter once, but it is there " + values.size() + " times."));
        }
        return values.isEmpty() ? null : values.getFirst();
    }

    /** {@code true}, {@code false} or nothing among the query parameters. */
    boolean flag(String parameter) {
        String text = query(parameter);
        if (text == null || text.equals("false")) {
            return false;
        }
        if (text.equals("true")) {
            return true;
        }
        throw new Problem.Exception(Problems.invalid(parameter, "Expected true or false."));
    }

    /** An address among the query parameters, or {@code absent}. */
    long address(String parameter, long absent) {
        String text = query(parameter);
        return text == null ? absent : parsed(parameter, text);
    }

    /** An address in the path. */
    long pathAddress(String parameter) {
        String text = routing.pathParam(parameter);
        return parsed(parameter, text == null ? "" : text);
    }

    private static long parsed(String parameter, String text) {
        try {
            return Hex.parse(text);
        } catch (IllegalArgumentException e) {
            throw new Problem.Exception(
                    Problems.invalid(parameter, "Expected 0x and 1 to 16 hexadecimal digits as the address."));
        }
    }

    /** A whole number in the path, not below 0. */
    long pathNumber(String parameter) {
        return WholeNumber.parse(String.valueOf(routing.pathParam(parameter)))
                .orElseThrow(() ->
                        new Problem.Exception(Problems.invalid(parameter, "Expected a whole number, 0 or more.")));
    }

    @Nullable
    String header(CharSequence name) {
        return routing.request().getHeader(name);
    }

    /** A header of which there may be one; two would say two things. */
    @Nullable
    String singleHeader(String name) {
        List<String> values = routing.request().headers().getAll(name);
        if (values.size() > 1) {
            throw new Problem.Exception(
                    Problems.invalid(name, "Expected the header once, but it is there " + values.size() + " times."));
        }
        return values.isEmpty() ? null : values.getFirst();
    }

    /** Whether the client names a type among those that it accepts. */
    boolean accepts(String type) {
        String accept = header(HttpHeaders.ACCEPT);
        return accept != null && accept.contains(type);
    }

    /** Whose request it is. */
    Caller caller() {
        return Guard.caller(routing);
    }

    /** Ends something that lasts when the caller's token does; what is returned takes that back. */
    Runnable whenTokenEnds(Runnable ending) {
        long end = caller().endMillis();
        if (end == Long.MAX_VALUE) {
            return () -> {};
        }
        long timer = routing.vertx().setTimer(Math.max(1, end - System.currentTimeMillis()), ended -> ending.run());
        return () -> routing.vertx().cancelTimer(timer);
    }

    RoutingContext routing() {
        return routing;
    }

    /** Goes on with a result on this request's own thread. */
    <T> void then(Future<T> future, Consumer<T> next) {
        future.onComplete(result -> context.runOnContext(ignored -> {
            if (result.failed()) {
                failed(result.cause());
                return;
            }
            try {
                next.accept(result.result());
            } catch (RuntimeException e) {
                failed(e);
            }
        }));
    }

    void failed(Throwable e) {
        if (e instanceof Problem.Exception expected) {
            send(expected.problem());
        } else if (e instanceof LogUnavailable unavailable) {
            send(Problems.of(Trouble.of(unavailable)));
        } else {
            Trace trace = RequestObserver.trace(routing);
            LOG.atError()
                    .addKeyValue("trace_id", trace == null ? "none" : trace.traceId())
                    .setCause(e)
                    .log(
                            "{} {} failed",
                            routing.request().method(),
                            routing.request().path());
            send(Problems.ofStatus(500, routing.request().path()));
        }
    }

    void send(Problem problem) {
        HttpServerResponse response = routing.response();
        if (response.headWritten() || response.closed()) {
            response.reset();
            return;
        }
        if (problem.code().equals(Problem.MOVED)) {
            if (Forwarder.isTriedAgain(routing)) {
                return;
            }
            response.putHeader(Forwarder.MOVED, "true");
        }
        if (problem.passes()) {
            response.putHeader(HttpHeaders.RETRY_AFTER, Long.toString(Problem.RETRY_AFTER_SECONDS));
        }
        if (problem.members().get("retryAfter") instanceof Long seconds) {
            response.putHeader(HttpHeaders.RETRY_AFTER, seconds.toString());
        }
        if (problem.status() == 401) {
            response.putHeader("WWW-Authenticate", "Bearer realm=\"pagefold\"");
        }
        if (problem.members().get("position") instanceof Long position && problem.status() == 412) {
            response.putHeader(HttpHeaders.ETAG, etag(position));
        }
        boolean unread = hasBody() && !routing.request().isEnded();
        if (unread && hasConnection()) {
            response.putHeader(HttpHeaders.CONNECTION, "close");
        }
        Future<Void> sent = response.setStatusCode(problem.status())
                .putHeader(HttpHeaders.CONTENT_TYPE, Problem.CONTENT_TYPE)
                .end(Buffer.buffer(problem.toJson()));
        if (unread) {
            sent.onComplete(done -> discardRest());
        }
    }

    /** Whether the connection is for this request alone, until it is answered; not with HTTP/2. */
    private boolean hasConnection() {
        return routing.request().version() != HttpVersion.HTTP_2;
    }

    /**
     * Reads and forgets what the client still sends, for a while, and closes the connection. To close it at once would
     * reset it, and the client could lose the answer. With HTTP/2 only the stream ends.
     */
    void discardRest() {
        HttpServerRequest request = routing.request();
        if (request.isEnded()) {
            return;
        }
        boolean closes = hasConnection();
        long timer = routing.vertx().setTimer(LINGER_MILLIS, late -> {
            if (closes) {
                request.connection().close();
            } else {
                routing.response().reset();
            }
        });
        request.handler(part -> {});
        request.endHandler(end -> {
            routing.vertx().cancelTimer(timer);
            if (closes) {
                request.connection().close();
            }
        });
        request.resume();
    }

    private boolean hasBody() {
        String length = header(HttpHeaders.CONTENT_LENGTH);
        return header(HttpHeaders.TRANSFER_ENCODING) != null || length != null && !length.equals("0");
    }

    void send(int status, String contentType, byte[] body) {
        Problem noRoom = UnreadAnswers.admit(body.length);
        if (noRoom != null) {
            send(noRoom);
            return;
        }
        Future<Void> sent = routing.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, contentType)
                .end(Buffer.buffer(body));
        UnreadAnswers.release(body.length, sent);
    }

    static String etag(long position) {
        return "\"" + position + "\"";
    }
}
