package pagefold.server.api;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.security.KeyPair;
import java.util.List;
import pagefold.server.access.Keys;
import pagefold.server.access.TokenOptions;
import pagefold.server.access.Tokens;
import pagefold.server.access.UserLimits;

/** A key pair and tokens that it signs. */
final class TestTokens {
    private final String algorithm;
    private final KeyPair pair;

    TestTokens(String algorithm) {
        this.algorithm = algorithm;
        pair = Keys.generate(algorithm);
    }

    ServerAccess access() {
        return access(UserLimits.NONE);
    }

    ServerAccess access(UserLimits limits) {
        String key = Keys.pem("PUBLIC KEY", pair.getPublic().getEncoded());
        return new ServerAccess(new TokenOptions(key, null, null, TokenOptions.DEFAULT_CLAIM), limits, null);
    }

    /** A token for an hour. */
    String token(String name, String... grants) {
        return token(3600, name, grants);
    }

    /** A token that ends in some seconds. */
    String token(int seconds, String name, String... grants) {
        Vertx vertx = Vertx.vertx();
        try {
            return Tokens.create(
                    vertx,
                    Keys.pem("PRIVATE KEY", pair.getPrivate().getEncoded()),
                    new Tokens.NewToken(name, List.of(grants), TokenOptions.DEFAULT_CLAIM, null, seconds));
        } finally {
            vertx.close();
        }
    }

    /** A token for an hour with one more member in its header. */
    String tokenWithHeader(String member, Object value, String name, String grant) {
        Vertx vertx = Vertx.vertx();
        String pem = Keys.pem("PRIVATE KEY", pair.getPrivate().getEncoded());
        try {
            return JWTAuth.create(
                            vertx,
                            new JWTAuthOptions()
                                    .addPubSecKey(new PubSecKeyOptions()
                                            .setAlgorithm(algorithm)
                                            .setBuffer(pem)))
                    .generateToken(
                            new JsonObject()
                                    .put("sub", name)
                                    .put(TokenOptions.DEFAULT_CLAIM, new JsonArray(List.of(grant))),
                            new JWTOptions()
                                    .setAlgorithm(algorithm)
                                    .setExpiresInSeconds(3600)
                                    .setHeader(new JsonObject().put(member, value)));
        } finally {
            vertx.close();
        }
    }

    /** The headers of a request with a token. */
    static String[] bearer(String token) {
        return new String[] {"Authorization", "Bearer " + token};
    }
}
