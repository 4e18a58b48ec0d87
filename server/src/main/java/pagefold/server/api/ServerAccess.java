package pagefold.server.api;

import org.jspecify.annotations.Nullable;
import pagefold.server.access.TokenOptions;
import pagefold.server.access.UserLimits;

/**
 * Who gets at a server, and how.
 *
 * @param tokens whose tokens are believed; {@code null} for no login, which only a server of this machine may have
 * @param limits of users and simulations
 * @param tls how connections are encrypted, or {@code null}
 */
public record ServerAccess(
        @Nullable TokenOptions tokens,
        UserLimits limits,
        @Nullable TlsOptions tls) {
    /** No login and no limits. */
    public static final ServerAccess OPEN = new ServerAccess(null, UserLimits.NONE, null);

    /**
     * How connections are encrypted.
     *
     * @param certificate PEM of the certificate and those that vouch for it
     * @param key PEM of its private key, PKCS 8
     */
    public record TlsOptions(String certificate, String key) {}
}
