package pagefold.server.api;

import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketFrame;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/** With which codes a socket is closed, when not as a client wants (RFC 6455, section 7.4.1). */
final class SocketViolation {
    /** The server stops, or the simulation or the token ends here. */
    static final short GOING_AWAY = 1001;
    /** A message is not text. */
    static final short NOT_TEXT = 1003;
    /** A text is no UTF-8. */
    static final short NOT_UTF_8 = 1007;
    /** A message is too large. */
    static final short TOO_BIG = 1009;

    private static final int CHARACTERS = 1024;

    private SocketViolation() {}

    /** The code for what the decoder of frames has thrown; what is not of frames is that a message became too large. */
    static short code(Throwable thrown) {
        return thrown instanceof CorruptedWebSocketFrameException corrupted
                ? (short) corrupted.closeStatus().code()
                : TOO_BIG;
    }

    /** Looks whether texts are UTF-8, across the frames of a message; the decoder of messages replaces what is not. */
    static final class Utf8Check {
        private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        private final CharBuffer characters = CharBuffer.allocate(CHARACTERS);
        private ByteBuffer rest = ByteBuffer.allocate(0);
        private boolean isText;

        /** Whether a message can still be UTF-8 with its next frame. */
        boolean holds(WebSocketFrame frame) {
            if (frame.isText() || frame.isBinary()) {
                isText = frame.isText();
                decoder.reset();
                rest = ByteBuffer.allocate(0);
            } else if (!frame.isContinuation()) {
                return true;
            }
            return !isText || isDecoded(frame.binaryData(), frame.isFinal());
        }

        private boolean isDecoded(Buffer data, boolean isLast) {
            ByteBuffer bytes = ByteBuffer.allocate(rest.remaining() + data.length())
                    .put(rest)
                    .put(data.getBytes())
                    .flip();
            CoderResult result;
            do {
                result = decoder.decode(bytes, characters.clear(), isLast);
            } while (result.isOverflow());
            rest = bytes;
            return !result.isError();
        }
    }
}
