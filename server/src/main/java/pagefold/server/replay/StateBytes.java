package pagefold.server.replay;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import pagefold.model.StateSink;
import pagefold.model.StateSource;

/**
 * A state as bytes: numbers in as many bytes as they need, seven bits in each (zigzag, as in Protocol Buffers), and
 * texts once, in UTF-8, then by number.
 */
final class StateBytes {
    private static final int MAX_TEXT_BYTES = 64 << 10;
    /** What a region of an object of its own takes, about. */
    private static final int BYTES_FOR_EACH_TEXT = 32;

    private StateBytes() {}

    /** Writes; what becomes too long is given up. */
    static final class Sink implements StateSink {
        private final int limit;
        private final Map<String, Integer> texts = new HashMap<>();
        private byte[] bytes = new byte[1 << 16];
        private int length;

        /** An empty sink for at most so many bytes. */
        Sink(int limit) {
            this.limit = limit;
        }

        @Override
        public void number(long number) {
            reserve(10);
            long rest = number << 1 ^ number >> 63;
            while ((rest & ~0x7fL) != 0) {
                bytes[length++] = (byte) (rest | 0x80);
                rest >>>= 7;
            }
            bytes[length++] = (byte) rest;
        }

        @Override
        public void text(String text) {
            Integer known = texts.putIfAbsent(text, texts.size());
            if (known != null) {
                number(known);
                return;
            }
            number(texts.size() - 1L);
            byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
            number(encoded.length);
            reserve(encoded.length);
            System.arraycopy(encoded, 0, bytes, length, encoded.length);
            length += encoded.length;
        }

        private void reserve(int more) {
            if (length + more > limit) {
                throw new TooLong();
            }
            if (length + more > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(length + more, 2 * bytes.length));
            }
        }

        byte[] toBytes() {
            return Arrays.copyOf(bytes, length);
        }
    }

    /** The state takes more bytes than it may. */
    static final class TooLong extends RuntimeException {
        private static final long serialVersionUID = 1;

        TooLong() {
            super("the state takes more bytes than it may", null, false, false);
        }
    }

    /** Reads what a {@link Sink} has written. */
    static final class Source implements StateSource {
        private final byte[] bytes;
        private final List<String> texts;
        private int at;

        Source(byte[] bytes) {
            this.bytes = bytes;
            // A large state has many objects, whose names are most of its texts; a list that grows copies them again.
            this.texts = new ArrayList<>(bytes.length / BYTES_FOR_EACH_TEXT);
        }

        @Override
        public long number() {
            long number = 0;
            for (int shift = 0; shift < 64; shift += 7) {
                if (at == bytes.length) {
                    throw new IllegalStateException("expected another number, but the state ends at byte " + at);
                }
                byte next = bytes[at++];
                number |= (next & 0x7fL) << shift;
                if (next >= 0) {
                    return number >>> 1 ^ -(number & 1);
                }
            }
            throw new IllegalStateException("expected a number of at most 10 bytes before byte " + at);
        }

        @Override
        public String text() {
            int index = count(texts.size());
            if (index < texts.size()) {
                return texts.get(index);
            }
            int length = count(Math.min(MAX_TEXT_BYTES, bytes.length - at));
            String text = new String(bytes, at, length, StandardCharsets.UTF_8);
            at += length;
            texts.add(text);
            return text;
        }

        boolean isAtEnd() {
            return at == bytes.length;
        }
    }
}
