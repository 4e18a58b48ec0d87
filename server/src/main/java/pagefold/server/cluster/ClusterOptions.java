package pagefold.server.cluster;

import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a server becomes a node of a cluster.
 *
 * @param name of the cluster; nodes of another one are not joined
 * @param node name of this node, for people, or {@code null} for one made up
 * @param host address of the interface on which members talk to each other; anybody who reaches it can do everything
 * @param port TCP port there, 1 to 65535; where it is taken, one of the next {@value #PORTS}
 * @param join where other members may be, as HOST:PORT or HOST; one that is there is enough. None is this host, and
 *     those of the ports there that answer, for nodes on one machine
 * @param api where the other nodes reach this one's API, or {@code null} for where it listens
 * @param trust PEM of the certificates that vouch for those of the other nodes' APIs, or {@code null} for those that the
 *     JDK believes
 * @param reach where the other members reach this one
 */
public record ClusterOptions(
        String name,
        @Nullable String node,
        String host,
        int port,
        List<String> join,
        @Nullable URI api,
        @Nullable String trust,
        ClusterReach reach) {
    /** The interface that members use unless told otherwise: this machine only. */
    public static final String DEFAULT_HOST = "127.0.0.1";
    /** The port of members unless told otherwise. */
    public static final int DEFAULT_PORT = 5701;
    /** How many ports are tried. */
    public static final int PORTS = 100;
    /** Most places to look for members. */
    public static final int MAX_JOIN = 100;

    private static final int MAX_ADDRESS = 262;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Pattern ADDRESS =
            Pattern.compile("(?:[A-Za-z0-9._-]+|\\[[0-9a-fA-F:.]+])(?::(?<port>[0-9]{1,5}))?");
    private static final String PORT = "port";

    /** A node whose API is not encrypted, or has a certificate that everybody believes. */
    public ClusterOptions(
            String name, @Nullable String node, String host, int port, List<String> join, @Nullable URI api) {
        this(name, node, host, port, join, api, null);
    }

    /** A node that the others reach where it listens. */
    public ClusterOptions(
            String name,
            @Nullable String node,
            String host,
            int port,
            List<String> join,
            @Nullable URI api,
            @Nullable String trust) {
        this(name, node, host, port, join, api, trust, ClusterReach.DIRECT);
    }

    public ClusterOptions {
        join = List.copyOf(join);
        requireName("cluster", name);
        if (node != null) {
            requireName("node", node);
        }
        if (host.isBlank() || host.length() > MAX_ADDRESS) {
            throw new IllegalArgumentException("expected the address of an interface for the cluster");
        }
        if (!isPort(port)) {
            throw new IllegalArgumentException("expected a port of the cluster from 1 to 65535, but it is " + port);
        }
        if (join.size() > MAX_JOIN) {
            throw new IllegalArgumentException(
                    "expected at most " + MAX_JOIN + " members to join, but there are " + join.size());
        }
        for (String member : join) {
            if (!isAddress(member)) {
                throw new IllegalArgumentException("expected members to join as HOST:PORT, but one is another text");
            }
        }
        if (api != null && !isServer(api)) {
            throw new IllegalArgumentException("expected the address of the API as http://HOST:PORT, but it is " + api);
        }
        if (trust != null) {
            requireCertificates(trust);
        }
    }

    /** Whether it has the form of HOST:PORT or HOST, with a port from 1 to 65535. */
    static boolean isAddress(String text) {
        if (text.length() > MAX_ADDRESS) {
            return false;
        }
        Matcher matcher = ADDRESS.matcher(text);
        return matcher.matches() && (matcher.group(PORT) == null || isPort(Integer.parseInt(matcher.group(PORT))));
    }

    static boolean isPort(int port) {
        return port >= 1 && port <= 65_535;
    }

    /** Whether it is an address of a server, and nothing more. */
    private static boolean isServer(URI api) {
        return api.getHost() != null
                && ("" + api.getScheme()).matches("https?")
                && (api.getPort() == -1 || isPort(api.getPort()))
                && ("" + api.getRawPath()).matches("/?")
                && api.getRawQuery() == null
                && api.getRawFragment() == null
                && api.getRawUserInfo() == null;
    }

    private static void requireCertificates(String pem) {
        try {
            if (CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
                    .isEmpty()) {
                throw new IllegalArgumentException("expected certificates to trust, but there is none");
            }
        } catch (CertificateException e) {
            throw new IllegalArgumentException("expected certificates to trust in PEM: " + e.getMessage(), e);
        }
    }

    private static void requireName(String what, String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("expected the name of a " + what
                    + " of 1 to 64 letters, digits, dots, underscores or hyphens, but it is another");
        }
    }
}
