package pagefold.server.access;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.User;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Says who a token is from: its signature is checked the first time, its end every time. Any thread.
 *
 * <p>A token must be signed with a key that is known, not have ended, have a subject, and, as configured, the issuer and
 * the audience.
 */
public final class Tokens {
    /** Longest token, in characters. */
    public static final int MAX_TOKEN_LENGTH = 8192;
    /** Longest name of a caller, in characters. */
    public static final int MAX_NAME_LENGTH = 128;
    /** Most grants of a caller; more are not looked at. */
    public static final int MAX_GRANTS = 256;

    private static final int MAX_REMEMBERED = 4096;
    /** Of ES256 and Ed25519. */
    private static final int SIGNATURE_BYTES = 64;

    private final TokenOptions options;
    private final Clock clock;
    private final @Nullable JWTAuth own;
    private final @Nullable IssuerKeys issuer;
    private final Map<String, Known> known = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
            return size() > MAX_REMEMBERED;
        }
    };

    private record Known(Caller caller, long endSeconds) {}

    private Tokens(TokenOptions options, Clock clock, @Nullable JWTAuth own, @Nullable IssuerKeys issuer) {
        this.options = options;
        this.clock = clock;
        this.own = own;
        this.issuer = issuer;
    }

    /** Ready when the keys of the issuer have been read. */
    public static Future<Tokens> open(Vertx vertx, TokenOptions options, Clock clock) {
        String pem = options.publicKey();
        JWTAuth own;
        try {
            own = pem == null
                    ? null
                    : JWTAuth.create(vertx, checks(options, null).addPubSecKey(key(pem)));
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
        if (options.issuer() == null) {
            return Future.succeededFuture(new Tokens(options, clock, own, null));
        }
        return IssuerKeys.open(
                        vertx,
                        options.issuer(),
                        checks(options, options.issuer().toString()),
                        clock)
                .map(keys -> new Tokens(options, clock, own, keys));
    }

    private static PubSecKeyOptions key(String pem) {
        return new PubSecKeyOptions().setAlgorithm(Keys.algorithm(pem)).setBuffer(pem);
    }

    private static JWTAuthOptions checks(TokenOptions options, @Nullable String issuer) {
        JWTOptions checked = new JWTOptions();
        if (issuer != null) {
            checked.setIssuer(issuer);
        }
        if (options.audience() != null) {
            checked.setAudience(List.of(options.audience()));
        }
        return new JWTAuthOptions().setJWTOptions(checked);
    }

    /** Who a token is from; {@code null} when it is not believed. */
    public @Nullable Caller caller(String token) {
        if (token.length() > MAX_TOKEN_LENGTH) {
            return null;
        }
        long now = clock.millis() / 1000;
        Known remembered;
        synchronized (known) {
            remembered = known.get(token);
            if (remembered != null && remembered.endSeconds() <= now) {
                known.remove(token);
                return null;
            }
        }
        if (remembered != null) {
            return remembered.caller();
        }
        if (!isCompact(token)) {
            return null;
        }
        Known found = verified(own, token);
        if (found == null && issuer != null) {
            found = verified(issuer.verifier(), token);
            if (found == null) {
                issuer.refresh();
            }
        }
        if (found == null || found.endSeconds() <= now) {
            return null;
        }
        synchronized (known) {
            known.put(token, found);
        }
        return found.caller();
    }

    /**
     * Whether a token is three parts in Base64 as RFC 7515 has it, with no character that decoding would pass over, no
     * byte behind a signature of fixed length, and no extension that must be known.
     */
    private static boolean isCompact(String token) {
        String[] parts = token.split("\\.", -1);
        if (parts.length != 3) {
            return false;
        }
        try {
            byte[][] decoded = new byte[parts.length][];
            for (int i = 0; i < parts.length; i++) {
                decoded[i] = Base64.getUrlDecoder().decode(parts[i]);
                if (!Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(decoded[i])
                        .equals(parts[i])) {
                    return false;
                }
            }
            JsonObject header = new JsonObject(Buffer.buffer(decoded[0]));
            if (header.containsKey("crit")) {
                // Whoever does not know what stands there must not believe the token (RFC 7515, section 4.1.11).
                return false;
            }
            Object algorithm = header.getValue("alg");
            boolean isFixed = Keys.ES256.equals(algorithm) || Keys.EDDSA.equals(algorithm);
            return !isFixed || decoded[2].length == SIGNATURE_BYTES;
        } catch (IllegalArgumentException | DecodeException e) {
            return false;
        }
    }

    private @Nullable Known verified(@Nullable JWTAuth verifier, String token) {
        if (verifier == null) {
            return null;
        }
        Future<User> checked;
        try {
            checked = verifier.authenticate(new TokenCredentials(token));
        } catch (RuntimeException e) {
            // What is no token at all ends in one exception or another.
            return null;
        }
        // The keys are here, so nothing has to be waited for.
        return checked.succeeded() ? known(checked.result().attributes().getJsonObject("accessToken")) : null;
    }

    private @Nullable Known known(@Nullable JsonObject claims) {
        if (claims == null
                || !(claims.getValue("sub") instanceof String name)
                || !(claims.getValue("exp") instanceof Number end)
                || !isName(name)) {
            return null;
        }
        List<Grant> grants = new ArrayList<>();
        boolean admin = false;
        if (claims.getValue(options.claim()) instanceof JsonArray words) {
            for (int i = 0; i < Math.min(words.size(), MAX_GRANTS); i++) {
                String word = String.valueOf(words.getValue(i));
                admin |= word.equals(Grant.ADMIN);
                Grant grant = Grant.parse(word);
                if (grant != null) {
                    grants.add(grant);
                }
            }
        }
        return new Known(new Caller(name, grants, admin, end.longValue() * 1000), end.longValue());
    }

    private static boolean isName(String name) {
        return !name.isEmpty()
                && name.length() <= MAX_NAME_LENGTH
                && name.chars().allMatch(c -> c >= 0x20 && c <= 0x7e);
    }

    /**
     * A token of one's own.
     *
     * @param privatePem PKCS 8 of the P-256 or Ed25519 key that signs
     * @throws IllegalArgumentException when the key is something else
     */
    public static String create(Vertx vertx, String privatePem, NewToken token) {
        String algorithm = Keys.privateAlgorithm(privatePem);
        JWTAuth signer = JWTAuth.create(
                vertx,
                new JWTAuthOptions()
                        .addPubSecKey(
                                new PubSecKeyOptions().setAlgorithm(algorithm).setBuffer(privatePem)));
        JWTOptions options = new JWTOptions().setAlgorithm(algorithm).setExpiresInSeconds(token.seconds());
        if (token.audience() != null) {
            options.addAudience(token.audience());
        }
        return signer.generateToken(
                new JsonObject().put("sub", token.name()).put(token.claim(), new JsonArray(token.grants())), options);
    }

    /**
     * What a new token says.
     *
     * @param name of the caller
     * @param grants as text
     * @param claim they are in
     * @param audience or {@code null}
     * @param seconds until it ends
     */
    public record NewToken(
            String name,
            List<String> grants,
            String claim,
            @Nullable String audience,
            int seconds) {
        public NewToken {
            if (!isName(name)) {
                throw new IllegalArgumentException(
                        "expected a name of 1 to " + MAX_NAME_LENGTH + " printable ASCII characters");
            }
            for (String grant : grants) {
                if (!grant.equals(Grant.ADMIN) && Grant.parse(grant) == null) {
                    throw new IllegalArgumentException(
                            "expected a grant as viewer:NAME, operator:TEAM-*, owner:* or admin, but found '" + grant
                                    + "'");
                }
            }
            grants = List.copyOf(grants);
        }
    }
}
