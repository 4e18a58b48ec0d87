package pagefold.server.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Nodes that reach each other over proxies in this process alone: each has one before each of its three ports, and makes
 * those known as its own. Which node opens a connection is seen by the process that has the other end of it. Needs Linux,
 * and no rights.
 */
final class ProxyNetwork extends LocalNetwork {
    private static final String LOOPBACK = "127.0.0.1";
    /** The kernel's table of connections is read in pieces: while others come and go, one may be passed over. */
    private static final int LOOKS = 5;

    private static final int LOOK_AGAIN_MILLIS = 20;

    private final String description;
    private final Links links = new Links();
    private final Map<Integer, Doors> doors = new ConcurrentHashMap<>();
    private final Map<Integer, LocalNode> nodes = new ConcurrentHashMap<>();

    /** What leads to a node. */
    private record Doors(TcpProxy members, TcpProxy bus, TcpProxy api) {}

    ProxyNetwork(String description) {
        this.description = description;
    }

    /** Why there can be none here; nothing when there can. */
    static Optional<String> trouble() {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
                Socket accepted = server.accept()) {
            return new ProxyNetwork("none").source(accepted).isPresent()
                    ? Optional.empty()
                    : Optional.of(
                            "proxies between nodes do not see in /proc which process has opened a connection from "
                                    + client.getLocalSocketAddress());
        } catch (IOException e) {
            return Optional.of("proxies between nodes do not see which process has opened a connection, as Linux shows"
                    + " it in /proc: " + e);
        }
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    LocalPostgres.Reach reach() {
        return LocalPostgres.Reach.HERE;
    }

    @Override
    synchronized LocalNode.Place place(int node, int nodes, Ports ports) throws IOException {
        List<String> join = new ArrayList<>();
        for (int i = 1; i <= Math.max(node, nodes); i++) {
            join.add(LOOPBACK + ":" + doors(i).members.port());
        }
        Doors own = doors(node);
        int members = KeptProcess.freePort();
        int bus = KeptProcess.freePort();
        own.members.leadTo(members);
        own.bus.leadTo(bus);
        own.api.leadTo(ports.api());
        URI api = URI.create("http://" + LOOPBACK + ":" + own.api.port());
        return new LocalNode.Place(
                LOOPBACK,
                List.of(),
                List.of(
                        "--cluster-port", Integer.toString(members),
                        "--cluster-public", LOOPBACK + ":" + own.members.port(),
                        "--cluster-bus-port", Integer.toString(bus),
                        "--cluster-bus-public", LOOPBACK + ":" + own.bus.port(),
                        "--cluster-api", api.toString(),
                        "--join", String.join(",", join)),
                api);
    }

    private Doors doors(int node) throws IOException {
        Doors found = doors.get(node);
        if (found == null) {
            found = new Doors(
                    new TcpProxy(node, links, this::source),
                    new TcpProxy(node, links, this::source),
                    new TcpProxy(node, links, this::source));
            doors.put(node, found);
        }
        return found;
    }

    @Override
    void started(LocalNode node) {
        nodes.put(node.number(), node);
    }

    private OptionalInt source(Socket accepted) throws IOException {
        InetSocketAddress there = (InetSocketAddress) accepted.getRemoteSocketAddress();
        InetSocketAddress here = (InetSocketAddress) accepted.getLocalSocketAddress();
        for (int look = 0; look < LOOKS; look++) {
            OptionalLong inode = SocketOwners.inode(there, here);
            if (inode.isPresent()) {
                OptionalInt owner = owner(inode.getAsLong());
                if (owner.isPresent()) {
                    return owner;
                }
            }
            KeptProcess.pause(LOOK_AGAIN_MILLIS, "a connection was looked at");
        }
        return OptionalInt.empty();
    }

    private OptionalInt owner(long inode) throws IOException {
        for (LocalNode node : nodes.values()) {
            if (SocketOwners.has(node.pid(), inode)) {
                return OptionalInt.of(node.number());
            }
        }
        return SocketOwners.has(ProcessHandle.current().pid(), inode) ? OptionalInt.of(0) : OptionalInt.empty();
    }

    @Override
    public void cut(int from, int to) {
        links.cut(new Links.Link(from, to));
    }

    @Override
    public void mend(int from, int to) {
        links.mend(new Links.Link(from, to));
    }

    @Override
    public synchronized void close() throws IOException {
        links.close();
        for (Doors each : doors.values()) {
            each.members.close();
            each.bus.close();
            each.api.close();
        }
    }
}
