package pagefold.server.api;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.ext.web.RoutingContext;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import pagefold.server.cluster.Node;
import pagefold.server.stream.EventFeeds;

/** The connections to other nodes, and what goes over them: as it comes, at the pace of whoever takes it. */
final class Upstream {
    private static final int CONNECT_MILLIS = 2000;
    private static final int MAX_WAITING = 4096;
    private static final Set<String> HOP_BY_HOP = Set.of(
            "connection",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authorization",
            "te",
            "trailer",
            "transfer-encoding",
            "http2-settings",
            "upgrade");

    private final Vertx vertx;
    private final HttpClient client;
    /** What ends event streams and sockets that go through here. */
    private final Set<Runnable> endless = ConcurrentHashMap.newKeySet();

    private volatile boolean ended;

    /**
     * What a node's answer leads to besides itself.
     *
     * @param isTriedAgain told that the simulation has moved; answers whether the request is taken care of
     * @param failed told when there is no answer
     */
    record Answers(BooleanSupplier isTriedAgain, Consumer<Throwable> failed) {}

    /**
     * No connections yet.
     *
     * @param trust PEM of the certificates that vouch for those of nodes, or {@code null} for those that the JDK believes
     */
    Upstream(Vertx vertx, @Nullable String trust) {
        this.vertx = vertx;
        HttpClientOptions options = new HttpClientOptions()
                .setConnectTimeout(CONNECT_MILLIS)
                .setTcpNoDelay(true)
                .setDecompressionSupported(false);
        if (trust != null) {
            options.setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(trust)));
        }
        client = vertx.createHttpClient(
                options,
                // Every event stream and socket has a connection of its own.
                new PoolOptions()
                        .setHttp1MaxSize(2 * EventFeeds.MAX_SUBSCRIPTIONS)
                        .setMaxWaitQueueSize(MAX_WAITING));
    }

    /** Connects; fails when nothing can have come to the node. */
    Future<HttpClientRequest> open(Node target, HttpServerRequest from, @Nullable Trace trace) {
        URI api = target.api();
        boolean isTls = "https".equals(api.getScheme());
        RequestOptions options = new RequestOptions()
                .setMethod(from.method())
                .setHost(api.getHost())
                .setPort(api.getPort() > 0 ? api.getPort() : isTls ? 443 : 80)
                .setSsl(isTls)
                .setURI(from.uri());
        return client.request(options).map(request -> {
            copy(from.headers(), request.headers());
            request.putHeader(Forwarder.HOP, target.key());
            if (trace != null) {
                request.putHeader(Trace.HEADER, trace.header());
            }
            return request;
        });
    }

    private static void copy(MultiMap from, MultiMap to) {
        from.forEach((name, value) -> {
            String lower = name.toLowerCase(Locale.ROOT);
            if (!HOP_BY_HOP.contains(lower)
                    && !lower.equals("host")
                    && !lower.equals("expect")
                    && !lower.equals(Trace.HEADER.toString())
                    && !lower.equals(Forwarder.HOP.toLowerCase(Locale.ROOT))) {
                to.add(name, value);
            }
        });
    }

    /** Sends a request and its body, kept or as it comes, and answers with what comes back. */
    void exchange(HttpClientRequest to, RoutingContext routing, @Nullable Buffer body, Answers answers) {
        HttpServerRequest from = routing.request();
        boolean[] isAnswered = new boolean[1];
        to.response().onComplete(answered -> {
            if (isAnswered[0]) {
                return;
            }
            isAnswered[0] = true;
            if (answered.failed()) {
                answers.failed().accept(answered.cause());
            } else {
                answer(answered.result(), routing, answers);
            }
        });
        routing.addEndHandler(ended -> {
            if (ended.failed()) {
                to.reset();
            }
        });
        boolean isChunked = from.getHeader(HttpHeaders.TRANSFER_ENCODING) != null;
        if (body != null) {
            to.end(body);
        } else if (from.isEnded()) {
            // A body that a request of this kind does not have was read, and is not sent on.
            to.headers().remove(HttpHeaders.CONTENT_LENGTH);
            to.end();
        } else if (isChunked || from.getHeader(HttpHeaders.CONTENT_LENGTH) != null) {
            to.setChunked(isChunked);
            // A failure is seen by the response, too.
            from.pipeTo(to).onFailure(e -> to.reset());
        } else {
            from.resume();
            to.end();
        }
    }

    private void answer(HttpClientResponse answer, RoutingContext routing, Answers answers) {
        if (answer.getHeader(Forwarder.MOVED) != null && answers.isTriedAgain().getAsBoolean()) {
            answer.resume();
            return;
        }
        HttpServerResponse response = routing.response();
        if (response.closed() || response.headWritten()) {
            answer.request().reset();
            return;
        }
        response.setStatusCode(answer.statusCode());
        headers(answer, response);
        if (answer.getHeader(HttpHeaders.CONTENT_LENGTH) == null) {
            response.setChunked(true);
        }
        answer.exceptionHandler(lost -> response.reset());
        if (EventStreams.CONTENT_TYPE.equals(answer.getHeader(HttpHeaders.CONTENT_TYPE))) {
            Runnable forget = untilEnded(() -> response.reset());
            routing.addEndHandler(ended -> forget.run());
        }
        answer.pipeTo(response).onFailure(lost -> response.reset());
    }

    /** Cuts the event streams and sockets, which would go on for ever; their clients go on elsewhere. */
    void endStreams() {
        ended = true;
        endless.forEach(Runnable::run);
    }

    /** Has something done when streams are ended, by the thread that it is of, unless it was forgotten before. */
    private Runnable untilEnded(Runnable end) {
        Context context = vertx.getOrCreateContext();
        Runnable there = () -> context.runOnContext(ignored -> end.run());
        endless.add(there);
        if (ended) {
            there.run();
        }
        return () -> endless.remove(there);
    }

    private static void headers(HttpClientResponse answer, HttpServerResponse response) {
        response.headers().remove(Forwarder.NODE);
        answer.headers().forEach((name, value) -> {
            String lower = name.toLowerCase(Locale.ROOT);
            if (!HOP_BY_HOP.contains(lower) && !lower.equals(Trace.HEADER.toString())) {
                response.headers().add(name, value);
            }
        });
    }

    /** Joins the connection of a client that asks for an upgrade to one of the node. */
    void tunnel(HttpClientRequest to, RoutingContext routing, Answers answers) {
        // There is no body of a handshake that could be sent on.
        to.headers().remove(HttpHeaders.CONTENT_LENGTH);
        to.putHeader(HttpHeaders.CONNECTION, HttpHeaders.UPGRADE);
        to.putHeader(HttpHeaders.UPGRADE, routing.request().getHeader(HttpHeaders.UPGRADE));
        to.connect().onComplete(connected -> {
            if (connected.failed()) {
                answers.failed().accept(connected.cause());
                return;
            }
            HttpClientResponse answer = connected.result();
            if (answer.statusCode() != 101) {
                if (!routing.request().isEnded()) {
                    routing.request().resume();
                }
                answer(answer, routing, answers);
                return;
            }
            HttpServerResponse response = routing.response();
            response.setStatusCode(101);
            headers(answer, response);
            response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.UPGRADE);
            response.putHeader(HttpHeaders.UPGRADE, answer.getHeader(HttpHeaders.UPGRADE));
            NetSocket there = answer.netSocket();
            there.pause();
            routing.request().toNetSocket().onFailure(gone -> there.close()).onSuccess(here -> join(here, there));
        });
    }

    private void join(NetSocket here, NetSocket there) {
        Runnable forget = untilEnded(here::close);
        here.pipeTo(there).onComplete(ended -> there.close());
        there.pipeTo(here).onComplete(ended -> here.close());
        here.closeHandler(closed -> {
            forget.run();
            there.close();
        });
        there.closeHandler(closed -> here.close());
    }
}
