package pagefold.arm32.shortdesc;

import static pagefold.arm32.shortdesc.Descriptor.bit;
import static pagefold.arm32.shortdesc.Descriptor.bits;

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

    /** Where the Linux words of a pair begin. */
    static long tablesOf(long firstWord) {
        return firstWord & PAGE;
    }
}
