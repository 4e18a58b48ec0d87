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
import pagefold.table.PhysicalMemory;

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
    private final DumpLines lines;

    private TableDump(PhysicalMemory memory, boolean isBigEndian, DumpLines lines) {
        this.memory = memory;
        this.isBigEndian = isBigEndian;
        this.lines = lines;
    }

    private static Column memoryType(long type, String name) {
        return new Column(LinuxPte.MT, type, name, "");
    }

    /**
     * Writes a dump from address 0 on.
     *
     * @param isBigEndian byte order of descriptors
     * @param root physical address of the level 1 table
     * @param end first input address that is left out, a multiple of 2 MB
     * @param markers headings in address order; the first one opens the dump
     */
    static void write(
            PhysicalMemory memory, boolean isBigEndian, long root, long end, List<Marker> markers, Appendable out)
            throws IOException {
        TableDump dump = new TableDump(memory, isBigEndian, new DumpLines(markers, out));
        for (long address = 0; address < end; address += 2 * SECTION_BYTES) {
            dump.pair(root + 4 * (address >>> Descriptor.LEVEL_1_SHIFT), address);
        }
        dump.lines.finish();
    }

    private void pair(long at, long address) throws IOException {
        long first = load(at);
        if (Descriptor.isTable(first)) {
            pages(LinuxPte.tablesOf(first), domain(first), address);
        } else {
            lines.note(address, SECTION, domain(first), Descriptor.isSection(first) ? first : 0);
        }
        long second = load(at + 4);
        if (Descriptor.isSection(second)) {
            lines.note(address + SECTION_BYTES, SECTION, domain(second), second);
        }
    }

    private void pages(long tables, String domain, long address) throws IOException {
        for (int i = 0; i < LinuxPte.ENTRIES; i++) {
            lines.note(address + i * PAGE_BYTES, PAGE, domain, load(tables + 4L * i));
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
