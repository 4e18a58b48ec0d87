package pagefold.arm64;

import java.util.Map;
import java.util.TreeMap;

/**
 * Another way to the words of a kernel's boot identity map: Linux 6.12's recursion, {@code map_range}
 * (arch/arm64/kernel/pi/map_range.c), with pages of tables taken one after the other behind the root.
 */
final class BootMap {
    /** PAGE_KERNEL_ROX and PAGE_KERNEL without LPA2 (arch/arm64/include/asm/pgtable-prot.h). */
    static final long TEXT = 0x00c0_0000_0000_0783L;

    static final long DATA = 0x00e8_0000_0000_0703L;
    private static final long SHAREABLE = 0x300;
    private static final long CONT = 1L << 52;
    private static final long TABLE = 3 | 1L << 60;

    private final int pageShift;
    private final boolean isLong;
    private final boolean hasSh;
    private final long contSize;
    private final Map<Long, Long> words = new TreeMap<>();
    private long next;

    /** Tables of a granule, with addresses of 52 bits in words or of 48. */
    BootMap(int pageShift, boolean isLong, long root) {
        this.pageShift = pageShift;
        this.isLong = isLong;
        this.hasSh = !isLong || pageShift == 16;
        this.contSize = (pageShift == 12 ? 64L << 10 : 2L << 20);
        this.next = root + (1L << pageShift);
    }

    /** All words that are not zero, by their address. */
    Map<Long, Long> words() {
        return words;
    }

    /** How a word says an address ({@code __phys_to_pte_val}). */
    long word(long address) {
        if (!isLong) {
            return address;
        }
        return pageShift == 16
                ? address & 0x0000_ffff_ffff_0000L | address >>> 36 & 0xf000
                : address & 0x0003_ffff_ffff_f000L | address >>> 42 & 0x300;
    }

    /** The attributes that words have. */
    long prot(long prot) {
        return hasSh ? prot : prot & ~SHAREABLE;
    }

    /** IDMAP_ROOT_LEVEL. */
    int rootLevel() {
        return 4 - (48 - 4) / (pageShift - 3);
    }

    /** Maps from {@code start} up to {@code end} at itself. */
    void map(long table, int level, long start, long end, long prot, boolean cont) {
        long contMask = level == 3 ? contSize - 1 : -1;
        int shift = (3 - level) * (pageShift - 3) + pageShift;
        long mask = (1L << shift) - 1;
        long value = prot(prot) & ~3L | (level < 3 ? 1 : 3);
        long entry = table + (start >>> shift & (1L << pageShift - 3) - 1) * 8;
        long at = start;
        while (at < end) {
            long stop = Math.min((at | mask) + 1, end);
            if (level < 3 && (((at | stop) & mask) != 0 || !hasBlocks(level))) {
                words.computeIfAbsent(entry, absent -> word(take()) | TABLE);
                map(address(words.get(entry)), level + 1, at, stop, prot, cont);
            } else {
                if ((at & contMask) == 0 && cont) {
                    value |= CONT;
                }
                if ((end & ~contMask) <= at) {
                    value &= ~CONT;
                }
                words.put(entry, word(at) | value);
            }
            at = stop;
            entry += 8;
        }
    }

    private long take() {
        next += 1L << pageShift;
        return next - (1L << pageShift);
    }

    /** Tables lie low. */
    private long address(long word) {
        return word & 0x0000_ffff_ffff_0000L | (pageShift == 16 ? 0 : word & 0xf000);
    }

    /** Arm ARM D8.3: which levels have blocks, which {@code map_range} need not ask. */
    private boolean hasBlocks(int level) {
        return switch (pageShift) {
            case 12 -> level >= (isLong ? 0 : 1);
            default -> level >= (isLong ? 1 : 2);
        };
    }
}
