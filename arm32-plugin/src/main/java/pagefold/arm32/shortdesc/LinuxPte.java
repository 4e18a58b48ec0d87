package pagefold.arm32.shortdesc;

import static pagefold.arm32.shortdesc.Descriptor.TYPE_SMALL;
import static pagefold.arm32.shortdesc.Descriptor.bit;
import static pagefold.arm32.shortdesc.Descriptor.bits;

import pagefold.arm32.linux.WritePin;
import pagefold.model.MemoryType;
import pagefold.table.Walk;

/**
 * What Linux 6.12 keeps of a page (arch/arm/include/asm/pgtable-2level.h).
 *
 * <pre>
 *  31                 12  11   10     9   8     7     6    5    2   1      0
 * +---------------------+----+------+---+----+------+-----+------+-----+-------+
 * |      PA[31:12]      |NONE|SHARED|XN |USER|RDONLY|DIRTY|  MT  |YOUNG|PRESENT|
 * +---------------------+----+------+---+----+------+-----+------+-----+-------+
 * </pre>
 *
 * <p>One page holds all of it for 2 MB, that is, for a pair of level 1 words: 512 Linux words, then, 2 KB above them, the
 * two tables that hardware reads.
 */
final class LinuxPte {
    static final long PRESENT = bit(0);
    static final long YOUNG = bit(1);
    static final int MT_SHIFT = 2;
    /** The memory type, a number of Linux's. */
    static final long MT = bits(5, MT_SHIFT);

    static final long DIRTY = bit(6);
    static final long RDONLY = bit(7);
    static final long USER = bit(8);
    static final long XN = bit(9);
    static final long SHARED = bit(10);
    /** Memory that is there and grants nothing. */
    static final long NONE = bit(11);

    static final long ADDRESS = bits(31, 12);

    // Values of MT, in place.
    static final long MT_UNCACHED = 0x0 << MT_SHIFT;
    static final long MT_BUFFERABLE = 0x1 << MT_SHIFT;
    static final long MT_WRITETHROUGH = 0x2 << MT_SHIFT;
    static final long MT_WRITEBACK = 0x3 << MT_SHIFT;
    static final long MT_DEV_SHARED = 0x4 << MT_SHIFT;
    static final long MT_MINICACHE = 0x6 << MT_SHIFT;
    static final long MT_WRITEALLOC = 0x7 << MT_SHIFT;
    static final long MT_DEV_WC = 0x9 << MT_SHIFT;
    static final long MT_DEV_CACHED = 0xb << MT_SHIFT;
    static final long MT_DEV_NONSHARED = 0xc << MT_SHIFT;

    /** Linux words of a pair. */
    static final int ENTRIES = 512;

    /** Bytes from a Linux word to the one that hardware reads. */
    static final int HARDWARE_OFFSET = 2048;

    private static final long PAGE = bits(31, 12);

    private LinuxPte() {}

    /** Whether there is a type of Linux's for some memory. */
    static boolean hasType(MemoryType type) {
        return switch (type) {
            case DEVICE_NGNRNE, DEVICE_NGNRE, NORMAL_NC, NORMAL_WT, NORMAL_WB -> true;
            case DEVICE_NGRE, DEVICE_GRE, NORMAL_TAGGED -> false;
        };
    }

    /** MT for a memory type. */
    static long type(MemoryType type) {
        return switch (type) {
            case DEVICE_NGNRNE -> MT_UNCACHED;
            case DEVICE_NGNRE -> MT_DEV_SHARED;
            case NORMAL_NC -> MT_BUFFERABLE;
            case NORMAL_WT -> MT_WRITETHROUGH;
            case NORMAL_WB -> MT_WRITEALLOC;
            case DEVICE_NGRE, DEVICE_GRE, NORMAL_TAGGED ->
                throw new IllegalStateException("expected a memory type of Linux's without LPAE, but it is " + type);
        };
    }

    /**
     * The word for hardware that {@code cpu_v7_set_pte_ext} makes of one of Linux's.
     *
     * @param isProcess whether the page is below TASK_SIZE: what users may access is then of one ASID
     */
    static long hardware(long word, boolean isProcess) {
        if ((word & (PRESENT | YOUNG | NONE)) != (PRESENT | YOUNG)) {
            return 0;
        }
        long hardware = word & (ADDRESS | SHARED | Descriptor.C | Descriptor.B) | Descriptor.PAGE_AP0 | TYPE_SMALL;
        hardware |= (word & MT_DEV_SHARED) != 0 ? Descriptor.SMALL_TEX0 : 0;
        hardware |= (word & (RDONLY | DIRTY)) != DIRTY ? Descriptor.PAGE_AP2 : 0;
        hardware |= (word & XN) != 0 ? Descriptor.SMALL_XN : 0;
        if ((word & USER) != 0) {
            hardware |= isProcess ? Descriptor.PAGE_AP1 | Descriptor.PAGE_NG : Descriptor.PAGE_AP1;
        }
        return hardware;
    }

    /** Whether the kernel pins a page for a write. */
    static Walk.Pin pin(long word) {
        return (word & PRESENT) == 0
                ? WritePin.ofNothing()
                : WritePin.ofPage((word & YOUNG) != 0, (word & RDONLY) == 0, (word & DIRTY) != 0);
    }

    /** What Linux says of a page, for people. */
    static String describe(long word) {
        if (word == 0) {
            return "nothing";
        }
        StringBuilder text = new StringBuilder();
        text.append((word & NONE) != 0 ? "grants nothing" : (word & USER) != 0 ? "user" : "kernel");
        text.append((word & YOUNG) != 0 ? ", young" : ", old");
        text.append((word & DIRTY) != 0 ? ", dirty" : ", clean");
        text.append((word & RDONLY) != 0 ? ", read-only" : ", writable");
        return text.append((word & XN) != 0 ? ", not executable" : ", executable")
                .toString();
    }

    /** Where the Linux words of a pair begin. */
    static long tablesOf(long firstWord) {
        return firstWord & PAGE;
    }
}
