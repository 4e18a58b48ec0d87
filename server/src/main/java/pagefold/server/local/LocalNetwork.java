package pagefold.server.local;

import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A network between nodes on this machine, of which the links can be cut, each direction by itself. This process and the
 * database reach all nodes, whatever is cut.
 */
public abstract sealed class LocalNetwork implements AutoCloseable permits NamespaceNetwork, ProxyNetwork {
    /** By what it is made. */
    public enum Means {
        /** Network namespaces, which lose packets; they take root. */
        NETNS,
        /** TCP proxies, which hold bytes back; they take Linux. */
        PROXY
    }

    /** Why there can be none by some means here; nothing when there can. */
    public static Optional<String> trouble(Means means) {
        return switch (means) {
            case NETNS -> NamespaceNetwork.trouble();
            case PROXY -> ProxyNetwork.trouble();
        };
    }

    /**
     * Makes one without nodes.
     *
     * @param means {@code null} for namespaces, or proxies where there can be none
     * @throws IOException when this machine does not let it; the sentence says why
     */
    static LocalNetwork open(@Nullable Means means) throws IOException {
        Optional<String> noNamespaces = means == Means.PROXY ? Optional.of("") : trouble(Means.NETNS);
        if (noNamespaces.isEmpty()) {
            return NamespaceNetwork.open();
        }
        String why = noNamespaces.get();
        if (means == Means.NETNS) {
            throw new IOException(why);
        }
        Optional<String> noProxies = trouble(Means.PROXY);
        if (noProxies.isPresent()) {
            throw new IOException(why.isEmpty() ? noProxies.get() : why + "; and " + noProxies.get());
        }
        return new ProxyNetwork(why.isEmpty() ? "TCP proxies" : "TCP proxies, since " + why);
    }

    /** By what its links are cut, and why, in words. */
    public abstract String description();

    /** From where the database is reached. */
    abstract LocalPostgres.Reach reach();

    /** Whether others than this process and the nodes can reach the nodes. */
    boolean isReachedByOthers() {
        return !reach().equals(LocalPostgres.Reach.HERE);
    }

    /**
     * Where a node runs, and how it and the others find each other.
     *
     * @param node from 1
     * @param nodes how many there are at first
     * @param ports of the node
     */
    abstract LocalNode.Place place(int node, int nodes, Ports ports) throws IOException;

    /**
     * Where a node listens.
     *
     * @param api TCP port of its API
     * @param members TCP port for members, unless the network gives it another
     */
    record Ports(int api, int members) {}

    /** Takes note of a node that was started at its place. */
    abstract void started(LocalNode node);

    /** From now on whatever one node sends to another does not arrive; the other way stays as it is. */
    public abstract void cut(int from, int to) throws IOException;

    /** What one node sends to another arrives again. */
    public abstract void mend(int from, int to) throws IOException;

    /** Ends it; the nodes in it reach nobody any more. */
    @Override
    public abstract void close() throws IOException;
}
