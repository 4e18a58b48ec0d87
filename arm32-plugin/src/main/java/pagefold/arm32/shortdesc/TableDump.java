package pagefold.arm32.shortdesc;

import static pagefold.arm32.shortdesc.Descriptor.SECTION_AP0;
import static pagefold.arm32.shortdesc.Descriptor.SECTION_AP1;
import static pagefold.arm32.shortdesc.Descriptor.SECTION_AP2;
import static pagefold.arm32.shortdesc.Descriptor.SECTION_S;
import static pagefold.arm32.shortdesc.Descriptor.SECTION_XN;

import java.io.IOException;
import java.util.List;
import pagefold.arm32.linux.DumpLines;
import pagefold.arm32.linux.DumpLines.Column;
import pagefold.arm32.linux.DumpLines.Kind;
import pagefold.arm32.linux.KernelLayout.Marker;
import pagefold.arm32.linux.WxCheck;
import pagefold.table.PhysicalMemory;
import pagefold.table.TableReader.WxReport;

/**
 * Dumps of tables, letter by letter as Linux 6.12 writes them without LPAE (arch/arm/mm/dump.c).
 *
 * <p>It goes by pairs of level 1 words, as Linux does: of a page, the Linux word is shown; a pair whose first word is
 * empty and whose second is a table is not seen.
 */
final class TableDump {
    private static final long SECTION_AP = SECTION_AP2 | SECTION_AP1 | SECTION_AP0;

    /** Linux's columns of a page; its names of memory types go by Linux's own number of them. */
    private static final Kind PAGE = Kind.of(
            "PTE",
            List.of(
                    new Column(LinuxPte.USER, LinuxPte.USER, " USR", "    "),
                    new Column(LinuxPte.RDONLY, LinuxPte.RDONLY, " ro", " RW"),
                    new Column(LinuxPte.XN, LinuxPte.XN, " NX", " x "),
                    new Column(LinuxPte.SHARED, LinuxPte.SHARED, " SHD", "    "),
                    memoryType(LinuxPte.MT_UNCACHED, " SO/UNCACHED"),
                    memoryType(LinuxPte.MT_BUFFERABLE, " MEM/BUFFERABLE/WC"),
                    memoryType(LinuxPte.MT_WRITETHROUGH, " MEM/CACHED/WT"),
                    memoryType(LinuxPte.MT_WRITEBACK, " MEM/CACHED/WBRA"),
                    memoryType(LinuxPte.MT_MINICACHE, " MEM/MINICACHE"),
                    memoryType(LinuxPte.MT_WRITEALLOC, " MEM/CACHED/WBWA"),
                    memoryType(LinuxPte.MT_DEV_SHARED, " DEV/SHARED"),
                    memoryType(LinuxPte.MT_DEV_NONSHARED, " DEV/NONSHARED"),
                    memoryType(LinuxPte.MT_DEV_WC, " DEV/WC"),
                    memoryType(LinuxPte.MT_DEV_CACHED, " DEV/CACHED")));

    private static final Kind SECTION = Kind.of(
            "PGD",
            List.of(
                    new Column(SECTION_AP, SECTION_AP2 | SECTION_AP0, "     ro", ""),
                    new Column(SECTION_AP, SECTION_AP0, "     RW", ""),
                    new Column(SECTION_AP, SECTION_AP1, " USR ro", ""),
                    new Column(SECTION_AP, SECTION_AP1 | SECTION_AP0, " USR RW", ""),
                    new Column(SECTION_XN, SECTION_XN, " NX", " x "),
                    new Column(SECTION_S, SECTION_S, " SHD", "    ")));

    private static final int KERNEL_DOMAIN = 0;
    private static final int USER_DOMAIN = 1;
    private static final int IO_DOMAIN = 2;
    private static final int VECTORS_DOMAIN = 3;
    private static final long SECTION_BYTES = 1L << Descriptor.LEVEL_1_SHIFT;
    private static final long PAGE_BYTES = 1L << Descriptor.LEVEL_2_SHIFT;

    private final PhysicalMemory memory;
    private final boolean isBigEndian;
    private final EntryVisitor visitor;

    private TableDump(PhysicalMemory memory, boolean isBigEndian, EntryVisitor visitor) {
        this.memory = memory;
        this.isBigEndian = isBigEndian;
        this.visitor = visitor;
    }

    /**
     * The tables of a dump.
     *
     * @param isBigEndian byte order of descriptors
     * @param root physical address of the level 1 table
     * @param end first input address that is left out, a multiple of 2 MB
     */
    record Tables(PhysicalMemory memory, boolean isBigEndian, long root, long end) {}

    /** Sees what is no table. */
    @FunctionalInterface
    private interface EntryVisitor {
        /**
         * An entry.
         *
         * @param bytes to the next entry that Linux looks at
         * @param first the level 1 word
         * @param word the section's, or Linux's of a page; 0 where nothing is
         */
        void entry(long address, long bytes, Kind kind, long first, long word) throws IOException;
    }

    private static Column memoryType(long type, String name) {
        return new Column(LinuxPte.MT, type, name, "");
    }

    /**
     * Writes a dump from address 0 on.
     *
     * @param markers headings in address order; the first one opens the dump
     */
    static void write(Tables tables, List<Marker> markers, Appendable out) throws IOException {
        DumpLines lines = new DumpLines(markers, out);
        visit(tables, (address, bytes, kind, first, word) -> lines.note(address, kind, domain(first), word));
        lines.finish();
    }

    /**
     * The kernel's check of the same tables for what may be written and executed. Of sections, only what PL0 may not
     * access counts as read-only.
     */
    static WxReport check(Tables tables) {
        WxCheck check = new WxCheck();
        try {
            visit(tables, (address, bytes, kind, first, word) -> {
                boolean isPage = kind == PAGE;
                boolean isReadOnly =
                        isPage ? (word & LinuxPte.RDONLY) != 0 : (word & SECTION_AP) == (SECTION_AP2 | SECTION_AP0);
                boolean isExecuteNever = (word & (isPage ? LinuxPte.XN : SECTION_XN)) != 0;
                check.note(address, bytes, (word & kind.mask()) != 0, isReadOnly, isExecuteNever);
            });
        } catch (IOException e) {
            throw new IllegalStateException("expected a check to write nothing, but it failed", e);
        }
        return check.report();
    }

    private static void visit(Tables tables, EntryVisitor visitor) throws IOException {
        TableDump dump = new TableDump(tables.memory, tables.isBigEndian, visitor);
        for (long address = 0; address < tables.end; address += 2 * SECTION_BYTES) {
            dump.pair(tables.root + 4 * (address >>> Descriptor.LEVEL_1_SHIFT), address);
        }
    }

    private void pair(long at, long address) throws IOException {
        long first = load(at);
        long second = load(at + 4);
        boolean hasSecond = Descriptor.isSection(second);
        if (Descriptor.isTable(first)) {
            for (int i = 0; i < LinuxPte.ENTRIES; i++) {
                long word = load(LinuxPte.tablesOf(first) + 4L * i);
                visitor.entry(address + i * PAGE_BYTES, PAGE_BYTES, PAGE, first, word);
            }
        } else {
            long bytes = hasSecond ? SECTION_BYTES : 2 * SECTION_BYTES;
            visitor.entry(address, bytes, SECTION, first, Descriptor.isSection(first) ? first : 0);
        }
        if (hasSecond) {
            visitor.entry(address + SECTION_BYTES, SECTION_BYTES, SECTION, second, second);
        }
    }

    private long load(long address) {
        int word = memory.load32(address);
        return (isBigEndian ? Integer.reverseBytes(word) : word) & 0xffff_ffffL;
    }

    /** Linux's names; it takes the bits of a supersection, too, as a domain. */
    private static String domain(long word) {
        return switch ((int) ((word & Descriptor.DOMAIN) >>> Descriptor.DOMAIN_SHIFT)) {
            case KERNEL_DOMAIN -> " KERNEL ";
            case USER_DOMAIN -> " USER   ";
            case IO_DOMAIN -> " IO     ";
            case VECTORS_DOMAIN -> " VECTORS";
            default -> " unknown";
        };
    }
}
