package pagefold.arm32.lpae;

import static pagefold.arm32.lpae.Descriptor.AP2;
import static pagefold.arm32.lpae.Descriptor.ATTR_INDX;
import static pagefold.arm32.lpae.Descriptor.ATTR_INDX_SHIFT;
import static pagefold.arm32.lpae.Descriptor.RDONLY;
import static pagefold.arm32.lpae.Descriptor.SH;
import static pagefold.arm32.lpae.Descriptor.USER;
import static pagefold.arm32.lpae.Descriptor.XN;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import pagefold.arm32.lpae.KernelLayout.Marker;
import pagefold.table.Geometry;
import pagefold.table.PhysicalMemory;

/**
 * Dumps of tables, letter by letter as Linux 6.12 writes them (arch/arm/mm/dump.c with LPAE).
 *
 * <p>Every entry that is not a table is a note; neighbouring notes of the same level with the same shown bits become
 * one line, unless a marker lies between them. Entries that show no bits are not written.
 */
final class TableDump {
    private static final String UNITS = "KMGTPE";
    private static final int SIZE_WIDTH = 9;
    private static final int FLUSH_AT = 1 << 14;

    /** Linux's columns of a page; its names go by index, whatever MAIR says. */
    private static final List<Row> PAGE = List.of(
            new Row(USER, USER, " USR", "    "),
            new Row(RDONLY, RDONLY, " ro", " RW"),
            new Row(XN, XN, " NX", " x "),
            new Row(SH, SH, " SHD", "    "),
            memoryType(0, " SO/UNCACHED"),
            memoryType(1, " MEM/BUFFERABLE/WC"),
            memoryType(2, " MEM/CACHED/WT"),
            memoryType(3, " MEM/CACHED/WBRA"),
            memoryType(7, " MEM/CACHED/WBWA"),
            memoryType(4, " DEV/SHARED"),
            memoryType(1, " DEV/WC"),
            memoryType(3, " DEV/CACHED"));

    private static final List<Row> BLOCK = List.of(
            new Row(USER, USER, " USR", ""),
            new Row(RDONLY | AP2, RDONLY | AP2, " ro", " RW"),
            new Row(XN, XN, " NX", " x "),
            new Row(SH, SH, " SHD", "    "));

    private static final long PAGE_MASK = mask(PAGE);
    private static final long BLOCK_MASK = mask(BLOCK);

    private final PhysicalMemory memory;
    private final boolean isBigEndian;
    private final List<Marker> markers;
    private final Appendable out;
    private final StringBuilder text = new StringBuilder(FLUSH_AT + 256);
    private final Map<Long, String> columns = new HashMap<>();
    private int marker;
    private boolean isOpen;
    private long start;
    private int level;
    private long shown;

    /** A column: what stands there when the bits under a mask have a value, and when they have not. */
    private record Row(long mask, long value, String set, String clear) {}

    private static Row memoryType(long index, String name) {
        return new Row(ATTR_INDX, index << ATTR_INDX_SHIFT, name, "");
    }

    private static long mask(List<Row> rows) {
        return rows.stream().mapToLong(Row::mask).reduce(0, (a, b) -> a | b);
    }

    private TableDump(PhysicalMemory memory, boolean isBigEndian, List<Marker> markers, Appendable out) {
        this.memory = memory;
        this.isBigEndian = isBigEndian;
        this.markers = markers;
        this.out = out;
    }

    /**
     * Writes a dump.
     *
     * @param isBigEndian byte order of descriptors
     * @param markers headings in address order; the first one opens the dump
     */
    static void write(PhysicalMemory memory, boolean isBigEndian, Tables tables, List<Marker> markers, Appendable out)
            throws IOException {
        TableDump dump = new TableDump(memory, isBigEndian, markers, out);
        dump.table(tables, tables.root, tables.geometry.startLevel(), tables.base);
        dump.note(0, 0, 0);
        dump.flush();
    }

    /**
     * What is dumped.
     *
     * @param geometry of the tables
     * @param root physical address of the start table
     * @param base input address of its first entry
     * @param end first input address that is left out
     */
    record Tables(Geometry geometry, long root, long base, long end) {}

    private void table(Tables tables, long table, int atLevel, long base) throws IOException {
        Geometry geometry = tables.geometry;
        int entries = geometry.entries(atLevel);
        for (int i = 0; i < entries; i++) {
            long address = base + ((long) i << geometry.shift(atLevel));
            if (address >= tables.end) {
                return;
            }
            long loaded = memory.load64(table + 8L * i);
            long word = isBigEndian ? Long.reverseBytes(loaded) : loaded;
            if (Descriptor.isTable(word, atLevel)) {
                table(tables, word & Descriptor.ADDRESS, atLevel + 1, address);
            } else {
                note(address, atLevel, word & shownAt(atLevel));
            }
        }
    }

    private static long shownAt(int level) {
        return switch (level) {
            case 2 -> BLOCK_MASK;
            case 3 -> PAGE_MASK;
            default -> 0;
        };
    }

    private void note(long address, int atLevel, long bits) throws IOException {
        boolean isBehindMarker = marker + 1 < markers.size()
                && Long.compareUnsigned(address, markers.get(marker + 1).address()) >= 0;
        if (!isOpen) {
            isOpen = true;
            level = atLevel;
            shown = bits;
            heading();
            return;
        }
        if (bits == shown && atLevel == level && !isBehindMarker) {
            return;
        }
        if (shown != 0) {
            line(address);
        }
        if (isBehindMarker) {
            marker++;
            heading();
        }
        start = address;
        shown = bits;
        level = atLevel;
    }

    private void heading() {
        text.append("---[ ").append(markers.get(marker).name()).append(" ]---\n");
    }

    private void line(long end) throws IOException {
        hex(start);
        text.append('-');
        hex(end);
        text.append("   ");
        size(end - start & 0xffff_ffffL);
        text.append(level == Geometry.LAST_LEVEL ? " PTE" : " PMD");
        text.append(columns.computeIfAbsent(
                shown << 2 | level, key -> columns(level == Geometry.LAST_LEVEL ? PAGE : BLOCK, shown)));
        text.append('\n');
        if (text.length() >= FLUSH_AT) {
            flush();
        }
    }

    private static String columns(List<Row> rows, long bits) {
        StringBuilder line = new StringBuilder();
        for (Row row : rows) {
            line.append((bits & row.mask) == row.value ? row.set : row.clear);
        }
        return line.toString();
    }

    private void hex(long address) {
        text.append("0x");
        for (int shift = 28; shift >= 0; shift -= 4) {
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

    private void flush() throws IOException {
        out.append(text);
        text.setLength(0);
    }
}
