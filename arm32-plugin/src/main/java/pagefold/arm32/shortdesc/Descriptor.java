package pagefold.arm32.shortdesc;

/**
 * The fields of short descriptors, under their names in the Arm ARM (G5.4.1).
 *
 * <pre>
 * Level 1:
 *
 *  31                                    10  9 8      5  4  3   2  1  0
 * +----------------------------------------+--+--------+--+--+---+-----+
 * |            page table address          |I | Domain | 0|NS|PXN| 0 1 |   page table
 * +-------------+--+--+--+--+----+-----+---+--+--------+--+--+---+-+---+
 * |  PA[31:20]  |NS| 0|nG| S|AP2 | TEX |AP |I | Domain |XN| C| B |1|PXN|   section
 * +------+------+--+--+--+--+----+-----+---+--+--------+--+--+---+-+---+
 * |PA    |PA    |NS| 1|nG| S|AP2 | TEX |AP |I | PA     |XN| C| B |1|PXN|   supersection
 * |[31:24|[35:32|  |  |  |  |    |     |1:0|  | [39:36]|  |  |   | |   |
 * +------+------+--+--+--+--+----+-----+---+--+--------+--+--+---+-+---+
 *  31  24 23  20 19 18 17 16  15  14 12 11  9  8      5  4  3   2 1  0
 *                                       10
 * Level 2:
 *
 *  31                   16 15 14  12 11 10  9  8   6 5 4 3  2  1  0
 * +-----------------------+--+------+--+--+---+-----+---+--+--+----+
 * |       PA[31:16]       |XN| TEX  |nG| S|AP2|  0  |AP | C| B| 0 1|   large page
 * +-----------------------+--+------+--+--+---+-----+---+--+--+-+--+
 * |              PA[31:12]          |nG| S|AP2| TEX |AP | C| B|1|XN|   small page
 * +---------------------------------+--+--+---+-----+---+--+--+-+--+
 *
 * I: IMPLEMENTATION DEFINED. AP is AP[1:0]; with SCTLR.AFE, AP[0] is the Access flag.
 * </pre>
 */
final class Descriptor {
    // Both levels.
    static final long TYPE = bits(1, 0);

    static final long C = bit(3);
    static final long B = bit(2);

    // Level 1: page tables.
    static final long TYPE_TABLE = 1;
    static final long TABLE_ADDRESS = bits(31, 10);
    static final long TABLE_PXN = bit(2);
    static final int DOMAIN_SHIFT = 5;
    static final long DOMAIN = bits(8, DOMAIN_SHIFT);

    // Level 1: sections and supersections.
    static final long TYPE_SECTION = bit(1);
    static final long SECTION_PXN = bit(0);
    static final long SECTION_XN = bit(4);
    static final long SECTION_AP0 = bit(10);
    static final long SECTION_AP1 = bit(11);
    static final long SECTION_TEX0 = bit(12);
    static final long SECTION_AP2 = bit(15);
    static final long SECTION_S = bit(16);
    static final long SECTION_NG = bit(17);
    static final long SUPERSECTION = bit(18);
    static final long SECTION_ADDRESS = bits(31, 20);

    // Level 2.
    static final long TYPE_LARGE = 1;
    static final long TYPE_SMALL = bit(1);
    static final long SMALL_XN = bit(0);
    static final long PAGE_AP0 = bit(4);
    static final long PAGE_AP1 = bit(5);
    static final long PAGE_AP2 = bit(9);
    static final long SMALL_TEX0 = bit(6);
    static final long PAGE_S = bit(10);
    static final long PAGE_NG = bit(11);
    static final long SMALL_ADDRESS = bits(31, 12);

    static final int LEVEL_1_SHIFT = 20;
    static final int LEVEL_2_SHIFT = 12;
    /** Entries of a level 2 table. */
    static final int LEVEL_2_ENTRIES = 256;

    private Descriptor() {}

    /** The word in which only this bit is set. */
    static long bit(int position) {
        return 1L << position;
    }

    /** The word in which the bits from {@code high} down to {@code low}, both included, are set. */
    static long bits(int high, int low) {
        return -1L >>> 63 - high & -1L << low;
    }

    /** The bits from {@code high} down to {@code low} of a word, shifted down. */
    static long field(long word, int high, int low) {
        return (word & bits(high, low)) >>> low;
    }

    /** Whether a level 1 word points to a page table. */
    static boolean isTable(long word) {
        return (word & TYPE) == TYPE_TABLE;
    }

    /** Whether a level 1 word is a section or supersection, where PXN is implemented. */
    static boolean isSection(long word) {
        return (word & TYPE_SECTION) != 0;
    }

    /** The domain of a level 1 word; a supersection's is 0. */
    static int domain(long word) {
        boolean isSupersection = isSection(word) && (word & SUPERSECTION) != 0;
        return isSupersection ? 0 : (int) ((word & DOMAIN) >>> DOMAIN_SHIFT);
    }
}
