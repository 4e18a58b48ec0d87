package pagefold.server.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A TCP port of this machine that leads to one of a node, over links that can be cut.
 *
 * <ul>
 *   <li>What goes through a link waits while it is cut, and goes on in order, nothing added or lost. That is so for the
 *       end of what one side sends as well, and for a connection that breaks.
 *   <li>A connection that is opened while one of its two directions is cut is accepted, and silent until both are mended.
 *   <li>It reads no faster than the other side takes.
 *   <li>Who is none of the nodes, nor this process, is sent away.
 * </ul>
 */
final class TcpProxy implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TcpProxy.class);
    private static final int BACKLOG = 256;
    private static final int CONNECT_MILLIS = 2000;

    private final int node;
    private final Links links;
    private final Sources sources;
    private final ServerSocket server;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile int target;
    private volatile boolean isClosed;

    /** Knows who has opened a connection. */
    interface Sources {
        /** The number of the node that has the other end; 0 for this process, nothing for anybody else. */
        OptionalInt of(Socket accepted) throws IOException;
    }

    /**
     * Listens on a free port of the loopback interface.
     *
     * @param node to which it leads
     */
    TcpProxy(int node, Links links, Sources sources) throws IOException {
        this.node = node;
        this.links = links;
        this.sources = sources;
        server = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("proxy of node " + node).start(this::accept);
    }

    /** Where it listens. */
    int port() {
        return server.getLocalPort();
    }

    /** Leads new connections to this port of the loopback interface from now on; before, it sends them away. */
    void leadTo(int port) {
        target = port;
    }

    private void accept() {
        try {
            while (!isClosed) {
                Socket accepted = server.accept();
                Thread.ofVirtual().name("connection to node " + node).start(() -> serve(accepted));
            }
        } catch (IOException e) {
            if (!isClosed) {
                LOG.error("connections to node {} are not accepted any more: {}", node, e.toString());
            }
        }
    }

    private void serve(Socket from) {
        Socket to = new Socket();
        sockets.add(from);
        sockets.add(to);
        try (from;
                to) {
            // One that came while this ended is in nobody's hands but these.
            OptionalInt source = isClosed ? OptionalInt.empty() : sources.of(from);
            if (source.isEmpty()) {
                reset(from);
                return;
            }
            Links.Link link = new Links.Link(source.getAsInt(), node);
            links.await(link, link.back());
            if (connect(to)) {
                from.setTcpNoDelay(true);
                to.setTcpNoDelay(true);
                Thread back = Thread.ofVirtual()
                        .name("connection from node " + node)
                        .start(() -> pump(to, from, link.back()));
                pump(from, to, link);
                back.join();
            } else {
                reset(from);
            }
        } catch (IOException e) {
            LOG.debug("a connection to node {} ends: {}", node, e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            sockets.remove(from);
            sockets.remove(to);
        }
    }

    private boolean connect(Socket to) {
        try {
            to.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target), CONNECT_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Copies until there is no more to come, or one of the two is broken, which the other one is told. */
    private void pump(Socket from, Socket to, Links.Link link) {
        byte[] bytes = new byte[1 << 14];
        boolean isReading = true;
        try {
            try {
                for (int count = from.getInputStream().read(bytes);
                        count >= 0;
                        count = from.getInputStream().read(bytes)) {
                    links.await(link);
                    isReading = false;
                    to.getOutputStream().write(bytes, 0, count);
                    isReading = true;
                }
                links.await(link);
                isReading = false;
                to.shutdownOutput();
            } catch (IOException e) {
                // That one side is broken goes the way that its bytes go.
                links.await(isReading ? link : link.back());
                reset(isReading ? to : from);
            }
        } catch (IOException e) {
            LOG.debug("a connection to node {} was broken already: {}", node, e.toString());
        }
    }

    /** Has the other end of it see a broken connection. */
    private static void reset(Socket socket) throws IOException {
        if (!socket.isClosed()) {
            socket.setSoLinger(true, 0);
            socket.close();
        }
    }

    /** Ends it, and all connections that go through it. */
    @Override
    public void close() throws IOException {
        isClosed = true;
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
