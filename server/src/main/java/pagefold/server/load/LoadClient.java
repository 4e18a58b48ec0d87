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
import org.jspecify.annotations.Nullable;

/** Connections to one server. */
final class LoadClient {
    private static final int HTTPS_PORT = 443;
    private static final int HTTP_PORT = 80;

    private final HttpClientAgent http;
    private final WebSocketClient sockets;
    private final URI server;
    private final boolean tls;
    private final int port;
    private final @Nullable String token;

    LoadClient(Vertx vertx, URI server, @Nullable String token) {
        this.server = server;
        this.token = token;
        tls = "https".equals(server.getScheme());
        int standard = tls ? HTTPS_PORT : HTTP_PORT;
        port = server.getPort() < 0 ? standard : server.getPort();
        http = vertx.createHttpClient(new HttpClientOptions().setSsl(tls).setTcpNoDelay(true));
        sockets = vertx.createWebSocketClient(
                new WebSocketClientOptions().setSsl(tls).setMaxConnections(20_000));
    }

    /** What came back. */
    record Answer(int status, Buffer body) {}

    /** A connection of one user; requests on it follow each other. */
    Future<HttpClientConnection> connect() {
        return http.connect(
                new HttpConnectOptions().setHost(server.getHost()).setPort(port).setSsl(tls));
    }

    /** A socket of one user. */
    Future<WebSocket> socket(String path) {
        WebSocketConnectOptions options = new WebSocketConnectOptions()
                .setHost(server.getHost())
                .setPort(port)
                .setSsl(tls)
                .setURI(path);
        if (token != null) {
            options.putHeader("Authorization", "Bearer " + token);
        }
        return sockets.connect(options);
    }

    private RequestOptions options(HttpMethod method, String path) {
        RequestOptions options = new RequestOptions()
                .setMethod(method)
                .setHost(server.getHost())
                .setPort(port)
                .setURI(path);
        if (token != null) {
            options.putHeader("Authorization", "Bearer " + token);
        }
        return options;
    }

    Future<Answer> get(HttpClientConnection connection, String path) {
        return connection.request(options(HttpMethod.GET, path)).compose(request -> answer(request, null));
    }

    Future<Answer> delete(HttpClientConnection connection, String path) {
        return connection.request(options(HttpMethod.DELETE, path)).compose(request -> answer(request, null));
    }

    Future<Answer> post(HttpClientConnection connection, String path, Buffer json) {
        RequestOptions options = options(HttpMethod.POST, path).putHeader("Content-Type", "application/json");
        return connection.request(options).compose(request -> answer(request, json));
    }

    /** Opens an event stream, of which nothing but the bytes is looked at; completes when it is open. */
    Future<HttpClientConnection> stream(String path) {
        return connect()
                .compose(connection -> connection
                        .request(options(HttpMethod.GET, path))
                        .compose(HttpClientRequest::send)
                        .compose(response -> {
                            if (response.statusCode() != 200) {
                                return Future.failedFuture(
                                        new IllegalStateException("expected an event stream, but the answer has status "
                                                + response.statusCode()));
                            }
                            response.handler(bytes -> {});
                            response.exceptionHandler(e -> connection.close());
                            return Future.succeededFuture(connection);
                        }));
    }

    private static Future<Answer> answer(HttpClientRequest request, @Nullable Buffer body) {
        return (body == null ? request.send() : request.send(body))
                .compose(response -> response.body().map(bytes -> new Answer(response.statusCode(), bytes)));
    }
}
