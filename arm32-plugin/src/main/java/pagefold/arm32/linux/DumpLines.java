package pagefold.arm32.linux;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pagefold.arm32.linux.KernelLayout.Marker;

/**
 * The lines of a dump, letter by letter as Linux 6.12 writes them (arch/arm/mm/dump.c).
 *
 * <p>Every entry that is not a table is a note; neighbouring notes of the same kind with the same shown bits become one
 * line, unless a marker lies between them. Notes that show no bits are not written.
 */
public final class DumpLines {
    private static final String UNITS = "KMGTPE";
    private static final int SIZE_WIDTH = 9;
    private static final int INPUT_BITS = 32;
    private static final int FLUSH_AT = 1 << 14;

    /** An entry that nothing is said of. */
    public static final Kind NONE = Kind.of("", List.of());

    private final List<Marker> markers;
    private final Appendable out;
    private final int inputBits;
    private final StringBuilder text = new StringBuilder(FLUSH_AT + 256);
    private final Map<Shown, String> columns = new HashMap<>();
    private int marker;
    private long start;
    private @Nullable Shown current;

    /**
     * A column: what stands there when the bits under a mask have a value, and when they have not.
     *
     * @param set begins with a space
     * @param clear begins with a space, or is empty
     */
    public record Column(long mask, long value, String set, String clear) {}

    /**
     * A kind of entry.
     *
     * @param name Linux's name of its level
     * @param mask the bits that are shown
     * @param columns of its attributes, in order
     */
    public record Kind(String name, long mask, List<Column> columns) {
        public Kind {
            columns = List.copyOf(columns);
        }

        /** A kind that shows the bits of its columns. */
        public static Kind of(String name, List<Column> columns) {
            return new Kind(name, columns.stream().mapToLong(Column::mask).reduce(0, (a, b) -> a | b), columns);
        }
    }

    /** What a note shows: entries with the same are one line. */
    private record Shown(Kind kind, String domain, long bits) {}

    /**
     * Lines with headings.
     *
     * @param markers in address order; the first one opens the dump
     */
    public DumpLines(List<Marker> markers, Appendable out) {
        this(markers, out, INPUT_BITS);
    }

    /**
     * Lines of addresses of another size than a kernel's.
     *
     * @param inputBits their size, from 32 on; the last address of all is followed by 0
     */
    public DumpLines(List<Marker> markers, Appendable out, int inputBits) {
        this.markers = markers;
        this.out = out;
        this.inputBits = inputBits;
    }

    /**
     * The next entry that is not a table.
     *
     * @param domain name of its domain with a space before it, or empty where there are none
     */
    public void note(long address, Kind kind, String domain, long word) throws IOException {
        long bits = word & kind.mask;
        Shown before = current;
        if (before == null) {
            current = new Shown(kind, domain, bits);
            heading();
            return;
        }
        boolean isBehindMarker = marker + 1 < markers.size()
                && Long.compareUnsigned(address, markers.get(marker + 1).address()) >= 0;
        if (bits == before.bits && kind == before.kind && domain.equals(before.domain) && !isBehindMarker) {
            return;
        }
        if (before.bits != 0) {
            line(before, address);
        }
        if (isBehindMarker) {
            marker++;
            heading();
        }
        start = address;
        current = new Shown(kind, domain, bits);
    }

    /** The end of the dump. */
    public void finish() throws IOException {
        note(0, NONE, "", 0);
        out.append(text);
        text.setLength(0);
    }

    private void heading() {
        text.append("---[ ").append(markers.get(marker).name()).append(" ]---\n");
    }

    private void line(Shown shown, long end) throws IOException {
        hex(start);
        text.append('-');
        hex(end);
        text.append("   ");
        size(end - start & (1L << inputBits) - 1);
        text.append(columns.computeIfAbsent(shown, DumpLines::columns));
        text.append('\n');
        if (text.length() >= FLUSH_AT) {
            out.append(text);
            text.setLength(0);
        }
    }

    private static String columns(Shown shown) {
        StringBuilder line = new StringBuilder(" ").append(shown.kind.name).append(shown.domain);
        for (Column column : shown.kind.columns) {
            line.append((shown.bits & column.mask) == column.value ? column.set : column.clear);
        }
        return line.toString();
    }

    private void hex(long address) {
        text.append("0x");
        for (int shift = inputBits - 1 & -4; shift >= 0; shift -= 4) {
            text.append(Character.forDigit((int) (address >>> shift) & 0xf, 16));
        }
    }

    private void size(long bytes) {
        long value = bytes >>> 10;
        int unit = 0;
        while ((value & 1023) == 0 && unit < UNITS.length() - 1) {
            value >>>= 10;
            unit++;
        }
        String digits = Long.toString(value);
        text.repeat(' ', Math.max(0, SIZE_WIDTH - digits.length()));
        text.append(digits).append(UNITS.charAt(unit));
    }
}
