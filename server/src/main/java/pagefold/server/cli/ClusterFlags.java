package pagefold.server.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags of a server that is a node of a cluster. */
final class ClusterFlags {

    @Option(
            names = "--cluster",
            description = "Makes the server a node of a cluster, whose nodes share one PostgreSQL database.")
    private @Nullable Boolean cluster;

    @Option(names = "--cluster-name", paramLabel = "NAME", description = "The cluster's name (pagefold).")
    private @Nullable String name;

    @Option(names = "--cluster-node", paramLabel = "NAME", description = "The node's name, for people.")
    private @Nullable String node;

    @Option(
            names = "--cluster-host",
            paramLabel = "ADDRESS",
            description = "The address of the interface on which nodes talk to each other, without login or encryption:"
                    + " never one that others reach (127.0.0.1).")
    private @Nullable String host;

    @Option(
            names = "--cluster-port",
            paramLabel = "PORT",
            description = "The port there, or one of the next 100 where it is taken (5701).")
    private @Nullable Integer port;

    @Option(
            names = "--join",
            paramLabel = "HOST:PORT,...",
            description = "Where other nodes may be; one that is there is enough (whoever answers on this node's own"
                    + " address).")
    private @Nullable String join;

    @Option(
            names = "--cluster-api",
            paramLabel = "URL",
            description = "Where the other nodes reach this one's API (where it listens).")
    private @Nullable String api;

    @Option(
            names = "--cluster-trust",
            paramLabel = "FILE",
            description = "PEM of the certificates that vouch for those of the other nodes' APIs (those of the JDK).")
    private @Nullable String trust;

    @Option(
            names = "--cluster-public",
            paramLabel = "HOST:PORT",
            description = "Where the other nodes reach --cluster-port, when not on --cluster-host (NAT, containers).")
    private @Nullable String publicly;

    @Option(
            names = "--cluster-bus-port",
            paramLabel = "PORT",
            description = "The port on --cluster-host for messages of the other nodes (any that is free).")
    private @Nullable Integer busPort;

    @Option(
            names = "--cluster-bus-public",
            paramLabel = "HOST:PORT",
            description = "Where the other nodes reach --cluster-bus-port; needed with --cluster-public.")
    private @Nullable String busPublicly;

    /** Goes before what a file and the environment say. */
    void into(ServerSettings settings) {
        settings.set("cluster", cluster);
        settings.set("cluster-name", name);
        settings.set("cluster-node", node);
        settings.set("cluster-host", host);
        settings.set("cluster-port", port);
        settings.set("cluster-join", join);
        settings.set("cluster-api", api);
        settings.set("cluster-trust", trust);
        settings.set("cluster-public", publicly);
        settings.set("cluster-bus-port", busPort);
        settings.set("cluster-bus-public", busPublicly);
    }
}
