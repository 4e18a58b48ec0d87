package pagefold.server.local;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.List;
import pagefold.server.access.Keys;
import pagefold.server.access.TokenOptions;
import pagefold.server.access.Tokens;

/**
 * The login of servers that others reach, too: a key that nobody keeps has signed one token.
 *
 * @param publicKey file of the key that checks it
 * @param token with which everything may be done
 */
record LocalLogin(Path publicKey, String token) {
    private static final int DAY_SECONDS = 86_400;

    static LocalLogin make(Path folder) throws IOException {
        KeyPair pair = Keys.generate(Keys.ES256);
        Path file = Files.writeString(
                folder.resolve("login.pub.pem"),
                Keys.pem("PUBLIC KEY", pair.getPublic().getEncoded()));
        Vertx vertx = Vertx.vertx();
        try {
            String token = Tokens.create(
                    vertx,
                    Keys.pem("PRIVATE KEY", pair.getPrivate().getEncoded()),
                    new Tokens.NewToken(
                            "local", List.of("owner:*", "admin"), TokenOptions.DEFAULT_CLAIM, null, DAY_SECONDS));
            return new LocalLogin(file, token);
        } finally {
            vertx.close();
        }
    }
}
