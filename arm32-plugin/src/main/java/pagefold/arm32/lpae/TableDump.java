package pagefold.arm32.lpae;

import static pagefold.arm32.lpae.Descriptor.AP2;
import static pagefold.arm32.lpae.Descriptor.ATTR_INDX;
import static pagefold.arm32.lpae.Descriptor.ATTR_INDX_SHIFT;
import static pagefold.arm32.lpae.Descriptor.RDONLY;
import static pagefold.arm32.lpae.Descriptor.SH;
import static pagefold.arm32.lpae.Descriptor.USER;
import static pagefold.arm32.lpae.Descriptor.XN;

import java.io.IOException;
import java.util.List;
import pagefold.arm32.linux.DumpLines;
import pagefold.arm32.linux.DumpLines.Column;
import pagefold.arm32.linux.DumpLines.Kind;
import pagefold.arm32.linux.KernelLayout.Marker;
import pagefold.arm32.linux.WxCheck;
import pagefold.table.Geometry;
import pagefold.table.PhysicalMemory;
import pagefold.table.TableReader.WxReport;

/**
 * Dumps of tables, letter by letter as Linux 6.12 writes them (arch/arm/mm/dump.c with LPAE).
 *
 * <p>Every entry that is not a table is a note of {@link DumpLines}.
 */
final class TableDump {
    /** Linux's columns of a page; its names go by index, whatever MAIR says. */
    private static final Kind PAGE = Kind.of(
            "PTE",
            List.of(
                    new Column(USER, USER, " USR", "    "),
                    new Column(RDONLY, RDONLY, " ro", " RW"),
                    new Column(XN, XN, " NX", " x "),
                    new Column(SH, SH, " SHD", "    "),
                    memoryType(0, " SO/UNCACHED"),
                    memoryType(1, " MEM/BUFFERABLE/WC"),
                    memoryType(2, " MEM/CACHED/WT"),
                    memoryType(3, " MEM/CACHED/WBRA"),
                    memoryType(7, " MEM/CACHED/WBWA"),
                    memoryType(4, " DEV/SHARED"),
                    memoryType(1, " DEV/WC"),
                    memoryType(3, " DEV/CACHED")));

    private static final Kind BLOCK = Kind.of(
            "PMD",
            List.of(
                    new Column(USER, USER, " USR", ""),
                    new Column(RDONLY | AP2, RDONLY | AP2, " ro", " RW"),
                    new Column(XN, XN, " NX", " x "),
                    new Column(SH, SH, " SHD", "    ")));

    private final PhysicalMemory memory;
    private final boolean isBigEndian;
    private final EntryVisitor visitor;

    /** Sees an entry that is no table. */
    @FunctionalInterface
    private interface EntryVisitor {
        void entry(long address, int level, long word) throws IOException;
    }

    private static Column memoryType(long index, String name) {
        return new Column(ATTR_INDX, index << ATTR_INDX_SHIFT, name, "");
    }

    private TableDump(PhysicalMemory memory, boolean isBigEndian, EntryVisitor visitor) {
        this.memory = memory;
        this.isBigEndian = isBigEndian;
        this.visitor = visitor;
    }

    /**
     * Writes a dump.
     *
     * @param isBigEndian byte order of descriptors
     * @param markers headings in address order; the first one opens the dump
     */
    static void write(PhysicalMemory memory, boolean isBigEndian, Tables tables, List<Marker> markers, Appendable out)
            throws IOException {
        DumpLines lines = new DumpLines(markers, out);
        new TableDump(memory, isBigEndian, (address, level, word) -> lines.note(address, kind(level), "", word))
                .table(tables, tables.root, tables.geometry.startLevel(), tables.base);
        lines.finish();
    }

    /** The kernel's check for what may be written and executed. */
    static WxReport check(PhysicalMemory memory, boolean isBigEndian, Tables tables) {
        WxCheck check = new WxCheck();
        TableDump dump = new TableDump(memory, isBigEndian, (address, level, word) -> {
            long readOnly = level == Geometry.LAST_LEVEL ? RDONLY : RDONLY | AP2;
            check.note(
                    address,
                    1L << tables.geometry.shift(level),
                    (word & kind(level).mask()) != 0,
                    (word & readOnly) == readOnly,
                    (word & XN) != 0);
        });
        try {
            dump.table(tables, tables.root, tables.geometry.startLevel(), tables.base);
        } catch (IOException e) {
            throw new IllegalStateException("expected a check to write nothing, but it failed", e);
        }
        return check.report();
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
                visitor.entry(address, atLevel, word);
            }
        }
    }

    private static Kind kind(int level) {
        return switch (level) {
            case 2 -> BLOCK;
            case 3 -> PAGE;
            default -> DumpLines.NONE;
        };
    }
}
