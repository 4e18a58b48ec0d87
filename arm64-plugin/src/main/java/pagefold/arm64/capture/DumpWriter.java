package pagefold.arm64.capture;

import java.io.IOException;

/**
 * Lines of a dump, written by hand: a dump of a quarter million leaves takes milliseconds, not the second that
 * {@link java.util.Formatter} would need.
 */
final class DumpWriter {
    private static final int BUFFER = 1 << 14;
    private static final int LONGEST_LINE = 256;
    private static final int SIZE_WIDTH = 9;
    private static final String UNITS = "KMGTPE";
    private static final char[] HEX_PAIRS = hexPairs();

    private final Appendable out;
    private final char[] buffer = new char[BUFFER];
    private final char[] digits = new char[20];
    private int used;

    DumpWriter(Appendable out) {
        this.out = out;
    }

    private static char[] hexPairs() {
        char[] pairs = new char[512];
        for (int i = 0; i < 256; i++) {
            pairs[2 * i] = Character.forDigit(i >>> 4, 16);
            pairs[2 * i + 1] = Character.forDigit(i & 0xf, 16);
        }
        return pairs;
    }

    /** A heading. */
    void marker(String name) throws IOException {
        reserve();
        append("---[ ");
        append(name);
        append(" ]---\n");
    }

    /**
     * One range.
     *
     * @param end first address behind it; 0 where it reaches the end of the 64-bit space
     * @param level its name
     * @param attributes each after a space; empty for a hole
     */
    void range(long start, long end, char[] level, char[] attributes) throws IOException {
        reserve();
        hex(start);
        buffer[used++] = '-';
        hex(end);
        buffer[used++] = ' ';
        buffer[used++] = ' ';
        buffer[used++] = ' ';
        size(end - start);
        buffer[used++] = ' ';
        append(level);
        append(attributes);
        buffer[used++] = '\n';
    }

    /** Hands on what is left. */
    void flush() throws IOException {
        out.append(new String(buffer, 0, used));
        used = 0;
    }

    private void reserve() throws IOException {
        if (used > BUFFER - LONGEST_LINE) {
            flush();
        }
    }

    private void hex(long address) {
        buffer[used] = '0';
        buffer[used + 1] = 'x';
        int at = used + 2;
        for (int shift = 56; shift >= 0; shift -= 8) {
            int pair = (int) (address >>> shift) & 0xff;
            buffer[at++] = HEX_PAIRS[2 * pair];
            buffer[at++] = HEX_PAIRS[2 * pair + 1];
        }
        used = at;
    }

    private void size(long bytes) {
        long value = bytes >>> 10;
        int unit = 0;
        while ((value & 1023) == 0 && unit < UNITS.length() - 1) {
            value >>>= 10;
            unit++;
        }
        int length = 0;
        do {
            digits[length++] = (char) ('0' + value % 10);
            value /= 10;
        } while (value != 0);
        for (int i = length; i < SIZE_WIDTH; i++) {
            buffer[used++] = ' ';
        }
        while (length > 0) {
            buffer[used++] = digits[--length];
        }
        buffer[used++] = UNITS.charAt(unit);
    }

    private void append(String text) {
        text.getChars(0, text.length(), buffer, used);
        used += text.length();
    }

    private void append(char[] text) {
        System.arraycopy(text, 0, buffer, used, text.length);
        used += text.length;
    }
}
