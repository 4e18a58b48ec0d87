package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static pagefold.server.api.TestTokens.bearer;

import com.sun.net.httpserver.HttpServer;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.access.Keys;
import pagefold.server.access.TokenOptions;
import pagefold.server.access.UserLimits;

/** Tokens of an OpenID Connect issuer, which is a web server of its own. */
class IssuerTest {
    @TempDir
    private Path data;

    private final KeyPair pair = Keys.generate(Keys.ES256);
    private HttpServer issuer;
    private String name = "";
    private String keys = "";

    @BeforeEach
    void start() throws IOException {
        issuer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        name = "http://127.0.0.1:" + issuer.getAddress().getPort();
        keys = new JsonObject()
                .put(
                        "keys",
                        new JsonArray()
                                // A symmetric key that is published must not make anybody a user.
                                .add(new JsonObject(Map.of("kty", "oct", "alg", "HS256", "k", secret(), "kid", "s")))
                                .add(jwk()))
                .encode();
        answer(
                "/.well-known/openid-configuration",
                () -> "{\"issuer\":\"" + name + "\",\"jwks_uri\":\"" + name + "/keys\"}");
        answer("/keys", () -> keys);
        issuer.start();
    }

    @AfterEach
    void stop() {
        issuer.stop(0);
    }

    private void answer(String path, java.util.function.Supplier<String> body) {
        issuer.createContext(path, exchange -> {
            byte[] bytes = body.get().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
    }

    private static String secret() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(new byte[32]);
    }

    private JsonObject jwk() {
        ECPublicKey key = (ECPublicKey) pair.getPublic();
        return new JsonObject()
                .put("kty", "EC")
                .put("crv", "P-256")
                .put("kid", "k1")
                .put("alg", "ES256")
                .put("use", "sig")
                .put("x", coordinate(key.getW().getAffineX()))
                .put("y", coordinate(key.getW().getAffineY()));
    }

    private static String coordinate(BigInteger value) {
        byte[] bytes = value.toByteArray();
        byte[] padded = new byte[32];
        byte[] tail = Arrays.copyOfRange(bytes, Math.max(0, bytes.length - 32), bytes.length);
        System.arraycopy(tail, 0, padded, 32 - tail.length, tail.length);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(padded);
    }

    private String token(PubSecKeyOptions key, String algorithm, String from, String audience) {
        Vertx vertx = Vertx.vertx();
        try {
            return JWTAuth.create(vertx, new JWTAuthOptions().addPubSecKey(key))
                    .generateToken(
                            new JsonObject()
                                    .put("sub", "ann")
                                    .put("groups", new JsonArray().add("staff").add("viewer:*")),
                            new JWTOptions()
                                    .setAlgorithm(algorithm)
                                    .setIssuer(from)
                                    .addAudience(audience)
                                    .setExpiresInSeconds(600));
        } finally {
            vertx.close();
        }
    }

    private PubSecKeyOptions signing(KeyPair signer) {
        return new PubSecKeyOptions()
                .setAlgorithm("ES256")
                .setBuffer(Keys.pem("PRIVATE KEY", signer.getPrivate().getEncoded()));
    }

    private ServerAccess access() {
        return new ServerAccess(
                new TokenOptions(null, URI.create(name), "pagefold-test", "groups"), UserLimits.NONE, null);
    }

    @Test
    void a_token_of_the_issuer_for_this_server_is_believed_and_no_other() throws IOException {
        try (TestServer server = TestServer.start(data, access())) {
            String good = token(signing(pair), "ES256", name, "pagefold-test");
            String stranger = token(signing(Keys.generate(Keys.ES256)), "ES256", name, "pagefold-test");
            String otherIssuer = token(signing(pair), "ES256", "http://127.0.0.1:1", "pagefold-test");
            String otherServer = token(signing(pair), "ES256", name, "another");
            String symmetric = token(
                    new PubSecKeyOptions().setAlgorithm("HS256").setBuffer(secret()), "HS256", name, "pagefold-test");

            assertThat(server.get("/v1/simulations", bearer(good)).status()).isEqualTo(200);
            for (String bad : new String[] {stranger, otherIssuer, otherServer, symmetric}) {
                assertThat(server.get("/v1/simulations", bearer(bad)).status())
                        .as(bad)
                        .isEqualTo(401);
            }
        }
    }

    @Test
    void a_server_does_not_start_without_the_keys_of_its_issuer() {
        issuer.stop(0);

        assertThatThrownBy(() -> TestServer.start(data, access())).isInstanceOf(IOException.class);
    }

    @Test
    void an_issuer_without_encryption_must_be_on_this_machine() {
        assertThatThrownBy(() -> new TokenOptions(null, URI.create("http://issuer.example"), null, "groups"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("https");
    }
}
