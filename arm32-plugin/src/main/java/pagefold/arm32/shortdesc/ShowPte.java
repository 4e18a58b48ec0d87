package pagefold.arm32.shortdesc;

import java.io.IOException;
import java.util.Locale;
import pagefold.table.PhysicalMemory;

/**
 * What the kernel prints of an address that faulted, letter by letter as Linux 6.12: {@code show_pte} in
 * arch/arm/mm/fault.c without LPAE, where P4D, PUD and PMD are folded and not printed.
 *
 * <p>The first word of a pair is printed and judged, for an address of the second megabyte too. An empty one ends the
 * line, a section ends it with {@code (bad)}; of a page, Linux's word is printed and then the one for hardware.
 */
final class ShowPte {
    private static final int PAIR_SHIFT = 21;
    private static final int INPUT_BITS = 32;

    private ShowPte() {}

    /**
     * Writes the line.
     *
     * @param pgd physical address of the level 1 table of 4096 entries
     * @throws IllegalArgumentException when the address has more than 32 bits
     */
    static void write(PhysicalMemory memory, boolean isBigEndian, long pgd, long address, Appendable out)
            throws IOException {
        if (address >>> INPUT_BITS != 0) {
            throw new IllegalArgumentException(
                    "expected an address of 32 bits, but it is 0x" + Long.toHexString(address));
        }
        long first = load(memory, isBigEndian, pgd + 8 * (address >>> PAIR_SHIFT));
        out.append(String.format(Locale.ROOT, "[%08x] *pgd=%08x", address, first));
        if (Descriptor.isSection(first)) {
            out.append("(bad)");
        } else if (first != 0) {
            long at = LinuxPte.tablesOf(first) + 4 * (address >>> Descriptor.LEVEL_2_SHIFT & LinuxPte.ENTRIES - 1);
            long linux = load(memory, isBigEndian, at);
            long hardware = load(memory, isBigEndian, at + LinuxPte.HARDWARE_OFFSET);
            out.append(String.format(Locale.ROOT, ", *pte=%08x, *ppte=%08x", linux, hardware));
        }
        out.append('\n');
    }

    private static long load(PhysicalMemory memory, boolean isBigEndian, long address) {
        int word = memory.load32(address);
        return (isBigEndian ? Integer.reverseBytes(word) : word) & 0xffff_ffffL;
    }
}
