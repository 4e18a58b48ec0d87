package pagefold.server.cluster;

import io.vertx.core.net.HostAndPort;
import org.jspecify.annotations.Nullable;

/**
 * Where the other members reach a node, for one that they do not reach where it listens: behind a translation of
 * addresses, or in a container.
 *
 * @param busPort TCP port on which the node listens for their messages, 0 to 65535; 0 is any that is free
 * @param members HOST:PORT that leads them to the node's port for members, or {@code null} for that port itself
 * @param bus HOST:PORT that leads them to {@code busPort}, or {@code null} for that port itself
 */
public record ClusterReach(
        int busPort, @Nullable String members, @Nullable String bus) {
    /** Where it listens. */
    public static final ClusterReach DIRECT = new ClusterReach(0, null, null);

    private static final int MAX_PORT = 65_535;

    public ClusterReach {
        if (busPort < 0 || busPort > MAX_PORT) {
            throw new IllegalArgumentException(
                    "expected a port of the cluster's bus from 0 to " + MAX_PORT + ", but it is " + busPort);
        }
        // One of the two alone lets nodes find each other and then not hear of each other.
        if ((members == null) != (bus == null)) {
            throw new IllegalArgumentException(
                    "expected a public address of the port for members and one of the bus, or"
                            + " none, but there is one of " + (bus == null ? "the port for members" : "the bus")
                            + " alone");
        }
        if (members != null && bus != null) {
            parsed(members);
            parsed(bus);
            if (busPort == 0) {
                throw new IllegalArgumentException("expected a port of the cluster's bus from 1 to " + MAX_PORT
                        + " for a public address to lead to");
            }
        }
    }

    /** The public address of the bus. */
    @Nullable
    HostAndPort busAddress() {
        return bus == null ? null : parsed(bus);
    }

    private static HostAndPort parsed(String address) {
        HostAndPort parsed = ClusterOptions.isAddress(address) ? HostAndPort.parseAuthority(address, -1) : null;
        if (parsed == null || !ClusterOptions.isPort(parsed.port())) {
            throw new IllegalArgumentException("expected a public address as HOST:PORT, but it is another text");
        }
        return parsed;
    }
}
