package pagefold.server.api;

import io.vertx.core.Vertx;
import java.security.KeyPair;
import java.util.List;
import pagefold.server.access.Keys;
import pagefold.server.access.TokenOptions;
import pagefold.server.access.Tokens;
import pagefold.server.access.UserLimits;

/** A key pair and tokens that it signs. */
final class TestTokens {
    private final KeyPair pair;

    TestTokens(String algorithm) {
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

    /** The headers of a request with a token. */
    static String[] bearer(String token) {
        return new String[] {"Authorization", "Bearer " + token};
    }
}
