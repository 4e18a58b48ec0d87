package pagefold.server.api;

import io.netty.util.NetUtil;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The hosts at which a server without a login answers.
 *
 * <p>A page of somebody else can have its own name resolved to this machine, and is then of the same origin as the server
 * to the browser of a user here (DNS rebinding). What the page cannot do is to be asked for at another name: the host of
 * its requests is its own. So only hosts that are this machine's are answered: {@code localhost}, loopback addresses, and
 * what the server was told. The port does not matter, and a request without a host comes from no browser. With a login
 * nothing is asked here, since the page has no token.
 */
final class AllowedHosts {
    private static final int MAX_SHOWN = 64;

    private final Set<String> names = new HashSet<>();

    /** Loopback, and other hosts by name or address, IPv6 addresses without brackets. */
    AllowedHosts(Set<String> others) {
        names.add("localhost");
        others.forEach(host -> names.add(normal(host)));
    }

    /** Why a request is not answered; {@code null} when it is. */
    @Nullable
    Problem refusal(HttpServerRequest request) {
        HostAndPort authority = request.authority();
        String host = authority == null ? "" : authority.host();
        return host.isEmpty() || isAllowed(host)
                ? null
                : Problem.of(
                        421,
                        "foreign-host",
                        "The server has no login and answers at this machine's own names alone; others are allowed with"
                                + " allowed-hosts.",
                        "host",
                        host.length() > MAX_SHOWN ? host.substring(0, MAX_SHOWN) + "…" : host);
    }

    /** Whether it is one of them, as a URI has it: IPv6 addresses in brackets. */
    boolean isAllowed(String host) {
        String normal = normal(host);
        return names.contains(normal) || isLoopback(normal);
    }

    private static String normal(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        if (lower.startsWith("[") && lower.endsWith("]")) {
            lower = lower.substring(1, lower.length() - 1);
        }
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    /** An address that is written out; no name is looked up. */
    private static boolean isLoopback(String host) {
        byte[] bytes = NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host)
                ? NetUtil.createByteArrayFromIpAddressString(host)
                : null;
        try {
            return bytes != null && InetAddress.getByAddress(bytes).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new IllegalStateException("expected an address of 4 or 16 bytes, but it is " + host, e);
        }
    }
}
