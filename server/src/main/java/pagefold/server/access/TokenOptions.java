package pagefold.server.access;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Whose tokens are believed.
 *
 * @param publicKey PEM of a P-256 or Ed25519 key that signs tokens (ES256, EdDSA), or {@code null}
 * @param issuer an OpenID Connect issuer whose keys sign tokens, or {@code null}
 * @param audience that a token must name, or {@code null}
 * @param claim the claim with the grants, an array of strings
 */
public record TokenOptions(
        @Nullable String publicKey,
        @Nullable URI issuer,
        @Nullable String audience,
        String claim) {
    /** The claim with the grants unless told otherwise. */
    public static final String DEFAULT_CLAIM = "pagefold";

    public TokenOptions {
        if (publicKey == null && issuer == null) {
            throw new IllegalArgumentException("expected a key or an issuer for tokens, but there is neither");
        }
        if (issuer != null && !"https".equals(issuer.getScheme()) && !isLoopback(issuer)) {
            throw new IllegalArgumentException("expected an issuer with https, but it is " + issuer);
        }
    }

    private static boolean isLoopback(URI uri) {
        return "http".equals(uri.getScheme())
                && ("127.0.0.1".equals(uri.getHost()) || "localhost".equals(uri.getHost()));
    }
}
