package pagefold.server.api;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import pagefold.host.PluginHost;
import pagefold.host.Trust;
import pagefold.server.cluster.ClusterOptions;
import pagefold.server.log.LogLocation;
import pagefold.server.plugins.PluginDirectory;
import pagefold.server.space.Limits;

/**
 * Where a server listens and keeps its log.
 *
 * @param host name or address of the interface to listen on
 * @param port TCP port, 0 to 65535; 0 takes a free one
 * @param log where the log is, and all else that the server keeps
 * @param access who gets at it, and how
 * @param plugins which plugins are loaded besides those that come with the server
 * @param cluster of which the server is a node, or {@code null} when it is alone
 * @param openSimulations as for {@link Limits#withOpen}, 0 to {@value #MAX_OPEN_SIMULATIONS}
 */
public record ServerOptions(
        String host,
        int port,
        LogLocation log,
        ServerAccess access,
        Plugins plugins,
        @Nullable ClusterOptions cluster,
        int openSimulations) {
    /** Most simulations that a server may be told to keep open. */
    public static final int MAX_OPEN_SIMULATIONS = 1_000_000;
    /** The interface that a server listens on unless told otherwise: this machine only. */
    public static final String DEFAULT_HOST = "127.0.0.1";
    /** The port that a server listens on unless told otherwise. */
    public static final int DEFAULT_PORT = 8080;
    /** Longest host name, in characters: RFC 1035. */
    private static final int MAX_HOST_LENGTH = 253;

    /**
     * Plugins that are added.
     *
     * @param directory where they are kept, or {@code null} for {@code plugins} in the data directory
     * @param keys directory of public keys, {@code NAME.pem}, or {@code null} when nobody is trusted
     * @param unsigned whether jars without a signature are loaded, too
     */
    public record Plugins(
            @Nullable Path directory, @Nullable Path keys, boolean unsigned) {
        /** Only those that come with the server. */
        public static final Plugins NONE = new Plugins(null, null, false);

        /** Whose jars are loaded. */
        Trust trust() throws IOException {
            return new Trust(keys == null ? java.util.Map.of() : PluginDirectory.keys(keys), unsigned);
        }
    }

    /** A server that is alone. */
    public ServerOptions(String host, int port, LogLocation log, ServerAccess access, Plugins plugins) {
        this(host, port, log, access, plugins, null, 0);
    }

    /** Only the plugins that come with the server. */
    public ServerOptions(String host, int port, Path dataDirectory, ServerAccess access) {
        this(host, port, new LogLocation(dataDirectory), access, Plugins.NONE, null, 0);
    }

    /** The directory of all that the server keeps in files. */
    public Path dataDirectory() {
        return log.directory();
    }

    /**
     * The plugins that come with the server, and those that were added to it.
     *
     * @throws IOException when they, or the keys that are trusted, cannot be read
     */
    public PluginHost openPlugins() throws IOException {
        PluginHost host = PluginHost.withBuiltIn(ServerOptions.class.getClassLoader(), plugins.trust());
        try {
            new PluginDirectory(pluginDirectory()).loadInto(host);
            return host;
        } catch (IOException | RuntimeException e) {
            host.close();
            throw e;
        }
    }

    /** Where added plugins are kept. */
    Path pluginDirectory() {
        Path directory = plugins.directory();
        return directory == null ? dataDirectory().resolve("plugins") : directory;
    }

    public ServerOptions {
        if (host.isBlank() || host.length() > MAX_HOST_LENGTH) {
            throw new IllegalArgumentException("expected a host name of 1 to " + MAX_HOST_LENGTH
                    + " characters, but it has " + host.strip().length());
        }
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("expected a port from 0 to 65535, but it is " + port);
        }
        if (openSimulations < 0 || openSimulations > MAX_OPEN_SIMULATIONS) {
            throw new IllegalArgumentException(
                    "expected 0 to " + MAX_OPEN_SIMULATIONS + " open simulations, but it is " + openSimulations);
        }
        if (cluster != null && log.database() == null) {
            throw new IllegalArgumentException(
                    "expected a PostgreSQL database (--database jdbc:postgresql://HOST/NAME) for a node of a cluster:"
                            + " all nodes share one log, and a file has one server");
        }
    }

    /** Without login and limits. */
    public ServerOptions(String host, int port, Path dataDirectory) {
        this(host, port, dataDirectory, ServerAccess.OPEN);
    }

    /** Listens on {@link #DEFAULT_HOST} and {@link #DEFAULT_PORT}. */
    public static ServerOptions in(Path dataDirectory) {
        return new ServerOptions(DEFAULT_HOST, DEFAULT_PORT, dataDirectory);
    }
}
