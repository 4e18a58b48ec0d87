package pagefold.server.api;

import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import pagefold.server.access.TokenOptions;
import pagefold.server.access.UserLimits;

/**
 * Who gets at a server, and how.
 *
 * @param tokens whose tokens are believed; {@code null} for no login, which only a server of this machine may have
 * @param limits of users and simulations
 * @param tls how connections are encrypted, or {@code null}
 * @param hosts at which a server without a login answers besides this machine's own names and addresses, up to
 *     {@value #MAX_HOSTS}, without ports
 */
public record ServerAccess(
        @Nullable TokenOptions tokens,
        UserLimits limits,
        @Nullable TlsOptions tls,
        Set<String> hosts) {
    /** Most hosts that are allowed. */
    public static final int MAX_HOSTS = 64;

    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9_.-]{1,253}|[0-9A-Fa-f:.]{2,45}");

    /** No login and no limits. */
    public static final ServerAccess OPEN = new ServerAccess(null, UserLimits.NONE, null);

    public ServerAccess {
        hosts = Set.copyOf(hosts);
        if (hosts.size() > MAX_HOSTS) {
            throw new IllegalArgumentException(
                    "expected up to " + MAX_HOSTS + " allowed hosts, but there are " + hosts.size());
        }
        for (String host : hosts) {
            if (!HOST.matcher(host).matches()) {
                throw new IllegalArgumentException(
                        "expected a name or an address without a port as an allowed host, but found '" + host + "'");
            }
        }
    }

    /** No other hosts. */
    public ServerAccess(@Nullable TokenOptions tokens, UserLimits limits, @Nullable TlsOptions tls) {
        this(tokens, limits, tls, Set.of());
    }

    /**
     * How connections are encrypted.
     *
     * @param certificate PEM of the certificate and those that vouch for it
     * @param key PEM of its private key, PKCS 8
     */
    public record TlsOptions(String certificate, String key) {}
}
