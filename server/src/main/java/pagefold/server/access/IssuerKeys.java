package pagefold.server.access;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.net.URI;
import java.time.Clock;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The keys of an OpenID Connect issuer, found by its discovery document, and read again when one is not known. */
final class IssuerKeys {
    private static final Logger LOG = LoggerFactory.getLogger(IssuerKeys.class);
    /** Keys that others can have. A symmetric one would let whoever reads it make tokens. */
    private static final Set<String> PUBLIC = Set.of("EC", "OKP", "RSA");

    private static final long PAUSE_MILLIS = 30_000;
    private static final int MAX_BYTES = 1 << 20;
    private static final long TIMEOUT_MILLIS = 10_000;

    private final Vertx vertx;
    private final HttpClient http;
    private final URI issuer;
    private final JWTAuthOptions checks;
    private final Clock clock;
    private final AtomicLong readAt = new AtomicLong();
    private volatile JWTAuth verifier;

    private IssuerKeys(Vertx vertx, HttpClient http, URI issuer, JWTAuthOptions checks, Clock clock) {
        this.vertx = vertx;
        this.http = http;
        this.issuer = issuer;
        this.checks = checks;
        this.clock = clock;
        this.verifier = JWTAuth.create(vertx, new JWTAuthOptions(checks));
    }

    static Future<IssuerKeys> open(Vertx vertx, URI issuer, JWTAuthOptions checks, Clock clock) {
        IssuerKeys keys = new IssuerKeys(vertx, vertx.createHttpClient(new HttpClientOptions()), issuer, checks, clock);
        return keys.read().map(read -> keys);
    }

    JWTAuth verifier() {
        return verifier;
    }

    /** Reads the keys again, unless that was done a moment ago. */
    void refresh() {
        long now = clock.millis();
        long last = readAt.get();
        if (now - last >= PAUSE_MILLIS && readAt.compareAndSet(last, now)) {
            read().onFailure(e -> LOG.warn("cannot read the keys of {}: {}", issuer, e.getMessage()));
        }
    }

    private Future<Void> read() {
        readAt.set(clock.millis());
        String discovery = issuer.toString().replaceAll("/+$", "") + "/.well-known/openid-configuration";
        return json(discovery)
                .compose(document -> issuer.toString().equals(document.getString("issuer"))
                        ? json(String.valueOf(document.getString("jwks_uri")))
                        : Future.failedFuture(new IllegalStateException("expected the discovery document of " + issuer
                                + ", but it is that of " + document.getString("issuer"))))
                .compose(this::use);
    }

    private Future<Void> use(JsonObject set) {
        JWTAuthOptions options = new JWTAuthOptions(checks);
        JsonArray keys = set.getJsonArray("keys", new JsonArray());
        for (int i = 0; i < keys.size(); i++) {
            if (keys.getValue(i) instanceof JsonObject key && PUBLIC.contains(String.valueOf(key.getValue("kty")))) {
                options.addJwk(key);
            }
        }
        try {
            verifier = JWTAuth.create(vertx, options);
            return Future.succeededFuture();
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
    }

    private Future<JsonObject> json(String uri) {
        RequestOptions request = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setAbsoluteURI(uri)
                .setTimeout(TIMEOUT_MILLIS);
        return http.request(request)
                .compose(HttpClientRequest::send)
                .compose(response -> {
                    if (response.statusCode() != 200) {
                        return Future.failedFuture(new IllegalStateException(
                                "expected " + uri + " to answer, but its status is " + response.statusCode()));
                    }
                    return response.body();
                })
                .compose(body -> body.length() > MAX_BYTES
                        ? Future.failedFuture(new IllegalStateException(
                                "expected at most " + MAX_BYTES + " bytes from " + uri + ", but they are more"))
                        : Future.succeededFuture(body.toJsonObject()))
                .timeout(2 * TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
    }
}
