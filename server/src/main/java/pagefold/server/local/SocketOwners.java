package pagefold.server.local;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * Which process has a socket of this machine, as Linux shows it to whoever runs that process
 * (Documentation/networking/proc_net_tcp.rst, proc_pid_fd(5)).
 */
final class SocketOwners {
    /** {@code sl local remote st tx:rx tr:when retrnsmt uid timeout inode ...}. */
    private static final int LOCAL = 1;

    private static final int REMOTE = 2;
    private static final int INODE = 9;
    private static final List<Path> TABLES = List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));

    private SocketOwners() {}

    /**
     * The inode of the socket that has one end of an IPv4 connection.
     *
     * @param local the end
     * @param remote the other one
     * @return nothing when there is none, or it has been closed by its process
     */
    static OptionalLong inode(InetSocketAddress local, InetSocketAddress remote) throws IOException {
        for (Path table : TABLES) {
            if (Files.isReadable(table)) {
                try (Stream<String> lines = Files.lines(table)) {
                    OptionalLong found = inode(lines, local, remote);
                    if (found.isPresent()) {
                        return found;
                    }
                }
            }
        }
        return OptionalLong.empty();
    }

    static OptionalLong inode(Stream<String> table, InetSocketAddress local, InetSocketAddress remote) {
        return table.map(line -> line.strip().split(" +"))
                .filter(fields -> fields.length > INODE
                        && isAt(fields[LOCAL], local)
                        && isAt(fields[REMOTE], remote)
                        && !fields[INODE].equals("0"))
                .mapToLong(fields -> Long.parseLong(fields[INODE]))
                .findFirst();
    }

    /** IPv4 addresses are there as they are, and as IPv6 ones that they are mapped to. */
    private static boolean isAt(String field, InetSocketAddress address) {
        byte[] bytes = address.getAddress().getAddress();
        String end = word(bytes) + String.format(":%04X", address.getPort());
        return field.equals(end)
                || field.equals("0".repeat(16) + word(new byte[] {0, 0, (byte) 0xff, (byte) 0xff}) + end);
    }

    /** Four bytes in the order of the network, as a number of this machine in hexadecimal. */
    private static String word(byte[] bytes) {
        return String.format(
                "%08X", ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getInt());
    }

    /** Whether a process, which is of the same user, has a socket open. */
    static boolean has(long pid, long inode) throws IOException {
        String socket = "socket:[" + inode + "]";
        try (DirectoryStream<Path> open = Files.newDirectoryStream(Path.of("/proc/" + pid + "/fd"))) {
            for (Path descriptor : open) {
                if (isLinkTo(descriptor, socket)) {
                    return true;
                }
            }
            return false;
        } catch (NoSuchFileException | AccessDeniedException | DirectoryIteratorException e) {
            // It ends or has ended, or is another user's.
            return false;
        }
    }

    private static boolean isLinkTo(Path descriptor, String name) throws IOException {
        try {
            return Files.readSymbolicLink(descriptor).toString().equals(name);
        } catch (NoSuchFileException e) {
            // Closed meanwhile.
            return false;
        }
    }
}
