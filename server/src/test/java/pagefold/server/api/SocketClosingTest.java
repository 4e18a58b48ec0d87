package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** With which code a socket ends (RFC 6455, section 7.4.1), seen in the frames. */
class SocketClosingTest {
    private static final int FIN = 0x80;
    private static final int CONTINUATION = 0;
    private static final int TEXT = 1;
    private static final int CLOSE = 8;
    private static final int MASKED = 0x80;

    @TempDir
    private Path data;

    private TestServer server;
    private Socket socket;
    private DataInputStream in;

    @BeforeEach
    void open() throws IOException {
        server = TestServer.start(data);
        server.create("s", "flat", "wide");
        int port = server.uri("/").getPort();
        socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(60_000);
        String handshake = "GET /v1/simulations/s/socket HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n"
                + "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
        socket.getOutputStream().write(handshake.getBytes(StandardCharsets.US_ASCII));
        in = new DataInputStream(socket.getInputStream());
        StringBuilder head = new StringBuilder();
        while (head.lastIndexOf("\r\n\r\n") < 0) {
            head.append((char) in.readUnsignedByte());
        }
        assertThat(head.toString()).startsWith("HTTP/1.1 101 ");
    }

    @AfterEach
    void close() throws IOException {
        socket.close();
        server.close();
    }

    /** A masked frame; the mask is all zero. */
    private static byte[] frame(int first, byte[] payload) throws IOException {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(first);
        if (payload.length < 126) {
            frame.write(MASKED | payload.length);
        } else {
            frame.write(MASKED | 127);
            for (int shift = 56; shift >= 0; shift -= 8) {
                frame.write((int) ((long) payload.length >>> shift));
            }
        }
        frame.write(new byte[4]);
        frame.write(payload);
        return frame.toByteArray();
    }

    /** The code of the close frame that comes next; what comes before it is left out. */
    private int closeCode() throws IOException {
        while (true) {
            int first = in.readUnsignedByte();
            int length = in.readUnsignedByte();
            int size = length < 126 ? length : length == 126 ? in.readUnsignedShort() : (int) in.readLong();
            byte[] payload = in.readNBytes(size);
            if ((first & 0xf) == CLOSE) {
                return size < 2 ? 1005 : (payload[0] & 0xff) << 8 | payload[1] & 0xff;
            }
        }
    }

    private boolean isEnded() throws IOException {
        try {
            in.readUnsignedByte();
            return false;
        } catch (EOFException e) {
            return true;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "81027b7d, 1002, not masked",
        "838000000000, 1002, a reserved opcode",
        "8b8000000000, 1002, a reserved control opcode",
        "098000000000, 1002, a ping in parts",
        "89fe007e00000000, 1002, a ping of 126 bytes",
        "808000000000, 1002, a part without a beginning",
        "88810000000003, 1002, a close frame of one byte",
        "88820000000003ed, 1002, a close code that is never sent",
        "888400000000" + "03e8c328, 1007, a close reason that is no UTF-8",
        "818200000000c328, 1007, a text that is no UTF-8",
        "018100000000c3808100000000" + "28, 1007, a text in parts that is no UTF-8",
        "828100000000" + "00, 1003, binary data",
        "81ff000000000040000100000000, 1009, a frame beyond 4 MiB",
        "81fffff000000000000000000000, 1002, a length of more than 63 bits",
        "888200000000" + "03e8, 1000, a client that is done",
    })
    void a_socket_ends_with_the_code_of_what_was_wrong(String bytes, int code, String what) throws IOException {
        socket.getOutputStream().write(HexFormat.of().parseHex(bytes));

        assertThat(closeCode()).as(what).isEqualTo(code);
        socket.shutdownOutput();
        assertThat(isEnded()).isTrue();
    }

    @Test
    void a_message_in_parts_that_is_too_large_together_is_too_big() throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(frame(TEXT, new byte[SocketSession.MAX_MESSAGE_BYTES]));
        out.write(frame(FIN | CONTINUATION, new byte[1]));

        assertThat(closeCode()).isEqualTo(1009);
    }

    @Test
    void a_text_of_all_lengths_of_utf_8_in_parts_is_read() throws IOException {
        byte[] text = "{\"type\":\"unsubscribe\",\"id\":\"\u00e4\u20ac\ud83d\ude00\"}".getBytes(StandardCharsets.UTF_8);
        OutputStream out = socket.getOutputStream();
        for (int i = 0; i < text.length; i++) {
            int opcode = i == 0 ? TEXT : CONTINUATION;
            out.write(frame(i == text.length - 1 ? FIN | opcode : opcode, new byte[] {text[i]}));
        }

        assertThat(in.readUnsignedByte()).isEqualTo(FIN | TEXT);
    }

    @Test
    void a_server_that_stops_is_going_away() throws IOException {
        socket.getOutputStream().write(frame(FIN | TEXT, new byte[] {'{', '}'}));
        assertThat(in.readUnsignedByte()).isEqualTo(FIN | TEXT);
        in.skipNBytes(in.readUnsignedByte() == 126 ? in.readUnsignedShort() : 0);
        server.close();

        assertThat(closeCode()).isEqualTo(1001);
    }
}
