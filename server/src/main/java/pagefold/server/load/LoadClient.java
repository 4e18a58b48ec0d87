package pagefold.server.load;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpConnectOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Connections to servers. */
final class LoadClient {
    /** How long a server may take to answer before another one is asked. */
    static final int ATTEMPT_MILLIS = 10_000;

    private static final int CONNECT_MILLIS = 5000;
    private static final int HTTPS_PORT = 443;
    private static final int HTTP_PORT = 80;

    private final HttpClientAgent http;
    private final WebSocketClient sockets;
    private final @Nullable String token;

    LoadClient(Vertx vertx, @Nullable String token) {
        this.token = token;
        http = vertx.createHttpClient(
                new HttpClientOptions().setTcpNoDelay(true).setConnectTimeout(CONNECT_MILLIS));
        sockets = vertx.createWebSocketClient(
                new WebSocketClientOptions().setMaxConnections(20_000).setConnectTimeout(CONNECT_MILLIS));
    }

    /** What came back. */
    record Answer(int status, Optional<String> retryAfter, Buffer body) {}

    /** A connection; requests on it follow each other. */
    record Link(URI server, HttpClientConnection connection) {}

    private static boolean isTls(URI server) {
        return "https".equals(server.getScheme());
    }

    private static int port(URI server) {
        int standard = isTls(server) ? HTTPS_PORT : HTTP_PORT;
        return server.getPort() < 0 ? standard : server.getPort();
    }

    /** A connection of one user. */
    Future<Link> connect(URI server) {
        return http.connect(new HttpConnectOptions()
                        .setHost(server.getHost())
                        .setPort(port(server))
                        .setSsl(isTls(server)))
                .map(connection -> new Link(server, connection));
    }

    /** A socket of one user. */
    Future<WebSocket> socket(URI server, String path) {
        WebSocketConnectOptions options = new WebSocketConnectOptions()
                .setHost(server.getHost())
                .setPort(port(server))
                .setSsl(isTls(server))
                .setTimeout(ATTEMPT_MILLIS)
                .setURI(path);
        if (token != null) {
            options.putHeader("Authorization", "Bearer " + token);
        }
        return sockets.connect(options);
    }

    private RequestOptions options(Link link, HttpMethod method, String path) {
        RequestOptions options = new RequestOptions()
                .setMethod(method)
                .setHost(link.server().getHost())
                .setPort(port(link.server()))
                .setURI(path);
        if (token != null) {
            options.putHeader("Authorization", "Bearer " + token);
        }
        return options;
    }

    Future<Answer> get(Link link, String path) {
        RequestOptions options = options(link, HttpMethod.GET, path).setIdleTimeout(ATTEMPT_MILLIS);
        return link.connection().request(options).compose(request -> answer(request, null));
    }

    /** Sends commands, which happen once however often they are sent with this key. */
    Future<Answer> post(Link link, String path, String key, Buffer json) {
        RequestOptions options = options(link, HttpMethod.POST, path)
                .setIdleTimeout(ATTEMPT_MILLIS)
                .putHeader("Content-Type", "application/json")
                .putHeader("Idempotency-Key", key);
        return link.connection().request(options).compose(request -> answer(request, json));
    }

    /** Opens an event stream, of which nothing but the bytes is looked at; completes when it is open. */
    Future<HttpClientConnection> stream(URI server, String path) {
        return connect(server)
                .compose(link -> link.connection()
                        .request(options(link, HttpMethod.GET, path))
                        .compose(HttpClientRequest::send)
                        .compose(response -> {
                            if (response.statusCode() != 200) {
                                return Future.failedFuture(
                                        new IllegalStateException("expected an event stream, but the answer has status "
                                                + response.statusCode()));
                            }
                            response.handler(bytes -> {});
                            response.exceptionHandler(e -> link.connection().close());
                            return Future.succeededFuture(link.connection());
                        }));
    }

    private static Future<Answer> answer(HttpClientRequest request, @Nullable Buffer body) {
        return (body == null ? request.send() : request.send(body))
                .compose(response -> response.body()
                        .map(bytes -> new Answer(
                                response.statusCode(), Optional.ofNullable(response.getHeader("Retry-After")), bytes)));
    }
}
