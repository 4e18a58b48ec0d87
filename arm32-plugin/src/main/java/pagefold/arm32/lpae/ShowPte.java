package pagefold.arm32.lpae;

import java.io.IOException;
import java.util.Locale;
import pagefold.table.Geometry;
import pagefold.table.PhysicalMemory;

/**
 * What the kernel prints of an address that faulted, letter by letter as Linux 6.12: {@code show_pte} in
 * arch/arm/mm/fault.c with LPAE, where P4D and PUD are folded and not printed.
 *
 * <p>An entry is printed before it is judged: an empty one ends the line, a block ends it with {@code (bad)}.
 */
final class ShowPte {
    private static final Geometry GEOMETRY = Geometry.of(LpaeProfile.GRANULE_BITS, LpaeProfile.INPUT_BITS);
    private static final String[] NAMES = {"*pgd=", ", *pmd=", ", *pte="};

    private ShowPte() {}

    /**
     * Writes the line.
     *
     * @param pgd physical address of the start table of four entries
     * @throws IllegalArgumentException when the address has more than 32 bits
     */
    static void write(PhysicalMemory memory, boolean isBigEndian, long pgd, long address, Appendable out)
            throws IOException {
        if (address >>> LpaeProfile.INPUT_BITS != 0) {
            throw new IllegalArgumentException(
                    "expected an address of 32 bits, but it is 0x" + Long.toHexString(address));
        }
        out.append(String.format(Locale.ROOT, "[%08x] ", address));
        long table = pgd;
        for (int level = GEOMETRY.startLevel(); level <= Geometry.LAST_LEVEL; level++) {
            long loaded = memory.load64(table + 8L * GEOMETRY.index(address, level));
            long word = isBigEndian ? Long.reverseBytes(loaded) : loaded;
            out.append(NAMES[level - GEOMETRY.startLevel()]).append(String.format(Locale.ROOT, "%08x", word));
            if (word == 0 || level == Geometry.LAST_LEVEL) {
                break;
            }
            if ((word & Descriptor.TABLE) == 0) {
                out.append("(bad)");
                break;
            }
            table = word & Descriptor.ADDRESS;
        }
        out.append('\n');
    }
}
