package pagefold.server.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteOrder;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class SocketOwnersTest {
    private static final long THIS = ProcessHandle.current().pid();

    private static InetSocketAddress at(String host, int port) {
        return new InetSocketAddress(host, port);
    }

    private static OptionalLong inode(Socket accepted) throws Exception {
        return SocketOwners.inode((InetSocketAddress) accepted.getRemoteSocketAddress(), (InetSocketAddress)
                accepted.getLocalSocketAddress());
    }

    @Test
    void an_end_of_a_connection_is_found_by_the_addresses_of_both_ends() {
        assertThat(ByteOrder.nativeOrder()).as("the rows below").isEqualTo(ByteOrder.LITTLE_ENDIAN);
        // Rows as Linux prints them: IPv4, IPv6 mapped, closed, of another address, listening.
        Stream<String> rows = Stream.of(
                "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
                "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 10 1 0",
                "   1: 0200007F:A000 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1000        0 11 1 0",
                "   2: 0100007F:A001 0100007F:1F90 06 00000000:00000000 03:00000F8B 00000000     0        0 0 3 0",
                "   3: 0100007F:A000 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1000        0 12 1 0",
                "   4: 0000000000000000FFFF00000100007F:A002 0000000000000000FFFF00000100007F:1F90 01"
                        + " 00000000:00000000 00:00000000 00000000  1000        0 13 1 0");
        String[] table = rows.toArray(String[]::new);

        assertThat(SocketOwners.inode(Stream.of(table), at("127.0.0.1", 0xA000), at("127.0.0.1", 8080)))
                .hasValue(12);
        assertThat(SocketOwners.inode(Stream.of(table), at("127.0.0.1", 0xA002), at("127.0.0.1", 8080)))
                .hasValue(13);
        assertThat(SocketOwners.inode(Stream.of(table), at("127.0.0.1", 0xA001), at("127.0.0.1", 8080)))
                .isEmpty();
        assertThat(SocketOwners.inode(Stream.of(table), at("127.0.0.1", 0xA000), at("127.0.0.1", 8081)))
                .isEmpty();
    }

    @Test
    void a_connection_of_this_process_is_its_own_until_it_is_closed() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                Socket accepted = accepted(server)) {
            assertThat(inode(accepted)).isEmpty();
        }
    }

    /** One whose other end was this process's, and is closed. */
    private static Socket accepted(ServerSocket server) throws Exception {
        Socket accepted;
        long inode;
        try (Socket client = new Socket(server.getInetAddress(), server.getLocalPort())) {
            accepted = server.accept();
            inode = inode(accepted).orElseThrow();
            assertThat(client.getPort()).isEqualTo(accepted.getLocalPort());
            assertThat(SocketOwners.has(THIS, inode)).isTrue();
        }
        assertThat(SocketOwners.has(THIS, inode)).isFalse();
        return accepted;
    }

    @Test
    void a_connection_of_another_process_is_that_ones() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            String script = "exec 5<>/dev/tcp/127.0.0.1/" + server.getLocalPort() + "; read -r line <&5";
            Process other = new ProcessBuilder("bash", "-c", script).start();
            try (Socket accepted = server.accept()) {
                long inode = inode(accepted).orElseThrow();

                assertThat(SocketOwners.has(other.pid(), inode)).isTrue();
                assertThat(SocketOwners.has(THIS, inode)).isFalse();
            } finally {
                other.destroyForcibly().waitFor();
            }
            assertThat(SocketOwners.has(other.pid(), 1))
                    .as("of a process that has ended")
                    .isFalse();
        }
    }
}
