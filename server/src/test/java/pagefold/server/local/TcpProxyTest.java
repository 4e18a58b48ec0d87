package pagefold.server.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Node 1 opens connections to node 2. */
class TcpProxyTest {
    private static final Links.Link THERE = new Links.Link(1, 2);
    private static final int SILENT_MILLIS = 200;
    private static final int PATIENCE_MILLIS = 20_000;

    private final Links links = new Links();
    private ServerSocket node;
    private TcpProxy proxy;
    private OptionalInt source = OptionalInt.of(1);

    @BeforeEach
    void listen() throws IOException {
        node = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        node.setSoTimeout(PATIENCE_MILLIS);
        proxy = new TcpProxy(2, links, accepted -> source);
        proxy.leadTo(node.getLocalPort());
    }

    @AfterEach
    void close() throws IOException {
        links.close();
        proxy.close();
        node.close();
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    private Socket accept() throws IOException {
        Socket accepted = node.accept();
        accepted.setSoTimeout(PATIENCE_MILLIS);
        return accepted;
    }

    private static void say(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String hear(Socket socket, int length) throws IOException {
        return new String(socket.getInputStream().readNBytes(length), StandardCharsets.US_ASCII);
    }

    private static void end(Socket socket) throws IOException {
        socket.close();
    }

    private static void reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        end(socket);
    }

    private static void assertSilent(Socket socket) throws IOException {
        socket.setSoTimeout(SILENT_MILLIS);
        assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
        socket.setSoTimeout(PATIENCE_MILLIS);
    }

    @Test
    void many_bytes_arrive_unchanged_both_ways_at_one_time() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("-Dseed=" + seed);
        byte[] there = new byte[5_000_001];
        byte[] back = new byte[3_000_001];
        Random random = new Random(seed);
        random.nextBytes(there);
        random.nextBytes(back);
        try (Socket opened = connect();
                Socket accepted = accept()) {
            CompletableFuture<byte[]> answer = exchange(opened, there, back.length);
            CompletableFuture<byte[]> request = exchange(accepted, back, there.length);

            assertThat(request.get()).isEqualTo(there);
            assertThat(answer.get()).isEqualTo(back);
        }
    }

    /** Sends some bytes, and completes with those that come, of which there are so many. */
    private static CompletableFuture<byte[]> exchange(Socket socket, byte[] sent, int length) {
        Thread.ofVirtual().start(() -> {
            try {
                socket.getOutputStream().write(sent);
            } catch (IOException e) {
                // Seen by who reads.
            }
        });
        return CompletableFuture.supplyAsync(() -> {
            try {
                return socket.getInputStream().readNBytes(length);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void one_direction_is_cut_and_the_other_goes_on() throws IOException {
        try (Socket opened = connect();
                Socket accepted = accept()) {
            say(opened, "before");
            assertThat(hear(accepted, 6)).isEqualTo("before");

            links.cut(THERE);
            say(opened, "one");
            say(accepted, "other");

            assertThat(hear(opened, 5)).isEqualTo("other");
            assertSilent(accepted);
            links.mend(THERE);
            assertThat(hear(accepted, 3)).isEqualTo("one");
        }
    }

    @Test
    void the_direction_back_is_cut_as_well() throws IOException {
        try (Socket opened = connect();
                Socket accepted = accept()) {
            links.cut(THERE.back());
            say(opened, "one");
            say(accepted, "other");

            assertThat(hear(accepted, 3)).isEqualTo("one");
            assertSilent(opened);
            links.mend(THERE.back());
            assertThat(hear(opened, 5)).isEqualTo("other");
        }
    }

    @Test
    void links_of_other_nodes_are_cut_without_harm() throws IOException {
        links.cut(new Links.Link(1, 3));
        links.cut(new Links.Link(3, 2));
        try (Socket opened = connect();
                Socket accepted = accept()) {
            say(opened, "one");

            assertThat(hear(accepted, 3)).isEqualTo("one");
        }
    }

    @Test
    void who_sends_over_a_cut_link_is_slowed_down_and_all_of_it_arrives_later() throws Exception {
        byte[] sent = new byte[32 << 20];
        new Random(1).nextBytes(sent);
        try (Socket opened = connect();
                Socket accepted = accept()) {
            links.cut(THERE);
            CompletableFuture<Void> all = CompletableFuture.runAsync(() -> {
                try {
                    opened.getOutputStream().write(sent);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });

            assertSilent(accepted);
            assertThat(all).isNotDone();
            links.mend(THERE);
            assertThat(accepted.getInputStream().readNBytes(sent.length)).isEqualTo(sent);
            all.get();
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 2", "2, 1"})
    void a_connection_that_is_opened_while_one_direction_is_cut_is_silent_until_then(int from, int to)
            throws IOException {
        links.cut(new Links.Link(from, to));
        try (Socket opened = connect()) {
            say(opened, "hello");
            node.setSoTimeout(SILENT_MILLIS);
            assertThatThrownBy(node::accept).isInstanceOf(SocketTimeoutException.class);
            node.setSoTimeout(PATIENCE_MILLIS);

            links.mend(new Links.Link(from, to));
            try (Socket accepted = accept()) {
                assertThat(hear(accepted, 5)).isEqualTo("hello");
            }
        }
    }

    @Test
    void one_side_may_say_that_it_is_done_and_still_hears_the_other() throws IOException {
        try (Socket opened = connect();
                Socket accepted = accept()) {
            say(opened, "all");
            opened.shutdownOutput();

            assertThat(new String(accepted.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .isEqualTo("all");
            say(accepted, "heard");
            end(accepted);
            assertThat(new String(opened.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .isEqualTo("heard");
        }
    }

    @Test
    void the_end_of_a_connection_waits_as_bytes_do() throws IOException {
        try (Socket opened = connect();
                Socket accepted = accept()) {
            links.cut(THERE);
            end(opened);

            assertSilent(accepted);
            links.mend(THERE);
            assertThat(accepted.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void a_connection_that_breaks_is_broken_for_the_other_side_once_the_link_is_there() throws IOException {
        try (Socket opened = connect();
                Socket accepted = accept()) {
            links.cut(THERE);
            reset(opened);

            assertSilent(accepted);
            links.mend(THERE);
            assertThatThrownBy(() -> accepted.getInputStream().read()).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void who_sends_to_a_side_that_is_gone_learns_it() throws IOException {
        try (Socket opened = connect();
                Socket accepted = accept()) {
            reset(accepted);

            await().atMost(Duration.ofMillis(PATIENCE_MILLIS))
                    .untilAsserted(() -> assertThatThrownBy(() -> say(opened, "anybody there?"))
                            .isInstanceOf(SocketException.class));
        }
    }

    @Test
    void a_stranger_and_who_wants_to_go_where_nobody_listens_are_sent_away() throws IOException {
        source = OptionalInt.empty();
        try (Socket opened = connect()) {
            assertThatThrownBy(() -> opened.getInputStream().read()).isInstanceOf(SocketException.class);
        }
        source = OptionalInt.of(1);
        node.close();
        try (Socket opened = connect()) {
            assertThatThrownBy(() -> opened.getInputStream().read()).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void a_proxy_that_is_closed_ends_its_connections_cut_or_not() throws IOException {
        try (Socket opened = connect();
                Socket accepted = accept()) {
            links.cut(THERE.back());
            links.close();
            proxy.close();

            assertThat(accepted.getInputStream().read()).isEqualTo(-1);
            assertThat(opened.getInputStream().read()).isEqualTo(-1);
        }
    }
}
