package pagefold.arm32.lpae;

import static pagefold.arm32.lpae.Descriptor.AF;
import static pagefold.arm32.lpae.Descriptor.AP2;
import static pagefold.arm32.lpae.Descriptor.ATTR_INDX;
import static pagefold.arm32.lpae.Descriptor.ATTR_INDX_SHIFT;
import static pagefold.arm32.lpae.Descriptor.MEM_ATTR;
import static pagefold.arm32.lpae.Descriptor.MEM_ATTR_SHIFT;
import static pagefold.arm32.lpae.Descriptor.RDONLY;
import static pagefold.arm32.lpae.Descriptor.S2_READ;
import static pagefold.arm32.lpae.Descriptor.S2_WRITE;
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
    /** Most tables that one dump looks into: a damaged image may hold tables that contain themselves. */
    static final int MAX_TABLES = 1 << 17;

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

    /** The same of PL2, where AP[1] is always set; blocks of 1 GB too, which Linux does not make. */
    private static final Kind HYP_PAGE =
            Kind.of("PTE", PAGE.columns().subList(1, PAGE.columns().size()));

    private static final Kind HYP_BLOCK =
            Kind.of("PMD", BLOCK.columns().subList(1, BLOCK.columns().size()));
    private static final Kind HYP_GIGABYTE = Kind.of("PGD", HYP_BLOCK.columns());

    private static final Kind GUEST_PAGE = guest("PTE");
    private static final Kind GUEST_BLOCK = guest("PMD");
    private static final Kind GUEST_GIGABYTE = guest("PGD");

    private final Tree tree;
    private final long base;
    private final long end;
    private final List<Marker> markers;
    /** How entries are shown, by level - 1. */
    private final List<Kind> kinds;

    private static Column memoryType(long index, String name) {
        return new Column(ATTR_INDX, index << ATTR_INDX_SHIFT, name, "");
    }

    /** No kernel wrote such a dump on arm32; the columns are S2AP, XN, SH, AF and MemAttr. */
    private static Kind guest(String name) {
        return Kind.of(
                name,
                List.of(
                        new Column(S2_READ, S2_READ, " R", "  "),
                        new Column(S2_WRITE, S2_WRITE, " W", "  "),
                        new Column(XN, XN, " NX", " x "),
                        new Column(SH, SH, " SHD", "    "),
                        new Column(AF, AF, " AF", "   "),
                        memoryOfGuest(0b0000, " SO/UNCACHED"),
                        memoryOfGuest(0b0001, " DEV/SHARED"),
                        memoryOfGuest(0b0101, " MEM/BUFFERABLE/WC"),
                        memoryOfGuest(0b1010, " MEM/CACHED/WT"),
                        memoryOfGuest(0b1111, " MEM/CACHED/WBWA")));
    }

    private static Column memoryOfGuest(long memAttr, String name) {
        return new Column(MEM_ATTR, memAttr << MEM_ATTR_SHIFT, name, "");
    }

    private TableDump(Tree tree, long base, long end, List<Marker> markers, List<Kind> kinds) {
        this.tree = tree;
        this.base = base;
        this.end = end;
        this.markers = markers;
        this.kinds = kinds;
    }

    /**
     * A dump of PL1&amp;0.
     *
     * @param base input address of the first entry of the start table
     * @param end first input address that is left out
     * @param markers headings in address order; the first one opens the dump
     */
    static TableDump ofPl1(Tree tree, long base, long end, List<Marker> markers) {
        return new TableDump(tree, base, end, markers, List.of(DumpLines.NONE, BLOCK, PAGE));
    }

    /** A dump of PL2, which Linux does not offer. */
    static TableDump ofPl2(Tree tree) {
        List<Marker> markers = List.of(new Marker(0, "Hypervisor"));
        return new TableDump(tree, 0, 1L << tree.inputBits, markers, List.of(HYP_GIGABYTE, HYP_BLOCK, HYP_PAGE));
    }

    /** A dump of stage 2, which Linux does not offer on arm32. */
    static TableDump ofStage2(Tree tree) {
        List<Marker> markers = List.of(new Marker(0, "Guest IPA"));
        List<Kind> kinds = List.of(GUEST_GIGABYTE, GUEST_BLOCK, GUEST_PAGE);
        return new TableDump(tree, 0, 1L << tree.inputBits, markers, kinds);
    }

    /**
     * Writes it.
     *
     * @throws IllegalArgumentException when there are more than {@link #MAX_TABLES} tables
     */
    void write(PhysicalMemory memory, Appendable out) throws IOException {
        DumpLines lines = new DumpLines(markers, out, tree.stage == 1 ? LpaeProfile.INPUT_BITS : tree.inputBits);
        new Run(memory, (address, level, word) -> lines.note(address, kinds.get(level - 1), "", word))
                .table(tree.root, tree.startLevel, base);
        lines.finish();
    }

    /**
     * The kernel's check of the same tables for what may be written and executed.
     *
     * @throws IllegalArgumentException when there are more than {@link #MAX_TABLES} tables
     */
    WxReport check(PhysicalMemory memory) {
        WxCheck check = new WxCheck();
        Run run = new Run(memory, (address, level, word) -> {
            long readOnly = level == Geometry.LAST_LEVEL ? RDONLY : RDONLY | AP2;
            check.note(
                    address,
                    1L << Tree.shift(level),
                    (word & kinds.get(level - 1).mask()) != 0,
                    (word & readOnly) == readOnly,
                    (word & XN) != 0);
        });
        try {
            run.table(tree.root, tree.startLevel, base);
        } catch (IOException e) {
            throw new IllegalStateException("expected a check to write nothing, but it failed", e);
        }
        return check.report();
    }

    /** Sees an entry that is no table. */
    @FunctionalInterface
    private interface EntryVisitor {
        void entry(long address, int level, long word) throws IOException;
    }

    /** One walk over all entries. */
    private final class Run {
        private final PhysicalMemory memory;
        private final EntryVisitor visitor;
        private int tables;

        Run(PhysicalMemory memory, EntryVisitor visitor) {
            this.memory = memory;
            this.visitor = visitor;
        }

        void table(long table, int level, long from) throws IOException {
            if (++tables > MAX_TABLES) {
                throw new IllegalArgumentException("expected at most " + MAX_TABLES
                        + " tables, but there are more (do tables contain themselves?)");
            }
            int shift = Tree.shift(level);
            long last = level == tree.startLevel ? tree.lastEntry : Tree.LAST_ENTRY;
            for (long i = 0; i <= last; i++) {
                long address = from + (i << shift);
                if (address >= end) {
                    return;
                }
                long loaded = memory.load64(table + 8 * i);
                long word = tree.isBigEndian ? Long.reverseBytes(loaded) : loaded;
                if (Descriptor.isTable(word, level)) {
                    table(word & Descriptor.ADDRESS, level + 1, address);
                } else {
                    visitor.entry(address, level, word);
                }
            }
        }
    }
}
