package pagefold.arm64.descriptor;

/**
 * The fields of a VMSAv8-64 descriptor word, under their names in the Arm ARM (D8.3).
 *
 * <pre>
 * Table, stage 1 (levels -1 to 2); stage 2 has no attributes in it:
 *
 *  63  62  61  60   59   58    51 50 49     m m-1    2 1 0
 * +---+-------+----+----+--------+--+--------+--------+---+
 * |NST|APTable|UXNT|PXNT| ignored| 0| address| ignored|1 1|
 * +---+-------+----+----+--------+--+--------+--------+---+
 *
 * Block (bit 1 clear; levels 0 to 2) or page (bit 1 set; level 3), stage 1:
 *
 *  63  62 59 58 55  54  53  52  51 50 49    n n-1 17  16  15 12  11 10 9  8  7   6   5 4    2 1 0
 * +---+-----+-----+---+---+----+---+--+------+------+----+-----+--+--+----+---+---+--+------+---+
 * |ign| PBHA|  SW |UXN|PXN|Cont|DBM|GP|  OA  |   0  | nT |  OA |nG|AF| SH |AP2|AP1|NS|AttrIx|p 1|
 * +---+-----+-----+---+---+----+---+--+------+------+----+-----+--+--+----+---+---+--+------+---+
 *
 * The same at stage 2:
 *
 *  63  62 59 58 55 54   53  52  51 50 49    n n-1 17  16  15 12  11   10 9  8 7    6 5     2 1 0
 * +---+-----+-----+-------+----+---+--+------+------+----+-----+----+--+----+------+-------+---+
 * | 0 | PBHA|  SW |XN[1:0]|Cont|DBM| 0|  OA  |   0  | nT |  OA |FnXS|AF| SH | S2AP |MemAttr|p 1|
 * +---+-----+-----+-------+----+---+--+------+------+----+-----+----+--+----+------+-------+---+
 * </pre>
 *
 * Where bits 51:48 of an address are is said by {@link OutputEncoding}.
 */
public final class Descriptor {

    /** Bytes of a word, as a power of two. */
    public static final int WORD_SHIFT = 3;

    // Any descriptor.
    public static final long VALID = bit(0);
    /** With {@link #VALID}: a table at levels -1 to 2, a page at level 3; clear: a block. */
    public static final long TABLE = bit(1);

    public static final long TYPE = VALID | TABLE;
    public static final long TYPE_TABLE = VALID | TABLE;
    public static final long TYPE_PAGE = VALID | TABLE;
    public static final long TYPE_BLOCK = VALID;

    // Leaves of both stages.
    public static final int SH_SHIFT = 8;
    public static final long SH = bits(9, SH_SHIFT);
    public static final long AF = bit(10);
    /** In a block: FEAT_BBM's "this entry must not be cached with others". */
    public static final long NT = bit(16);

    public static final long DBM = bit(51);
    public static final long CONTIGUOUS = bit(52);
    public static final int SOFTWARE_SHIFT = 55;
    public static final long SOFTWARE = bits(58, SOFTWARE_SHIFT);
    public static final long PBHA = bits(62, 59);

    // Leaves of stage 1.
    public static final int ATTR_INDX_SHIFT = 2;
    public static final long ATTR_INDX = bits(4, ATTR_INDX_SHIFT);
    public static final long NS = bit(5);
    public static final int AP_SHIFT = 6;
    /** AP[1]: EL0 may access. RES1 where there is one privilege. */
    public static final long USER = bit(6);
    /** AP[2]: nobody may write. */
    public static final long RDONLY = bit(7);

    public static final long AP = RDONLY | USER;
    public static final long NG = bit(11);
    public static final long GP = bit(50);
    public static final long PXN = bit(53);
    public static final long UXN = bit(54);
    /** The name of {@link #UXN} where there is one privilege. */
    public static final long XN = UXN;

    // Tables of stage 1.
    public static final int TABLE_ATTRIBUTES_SHIFT = 59;
    public static final long PXN_TABLE = bit(59);
    public static final long UXN_TABLE = bit(60);
    /** The name of {@link #UXN_TABLE} where there is one privilege. */
    public static final long XN_TABLE = UXN_TABLE;
    /** APTable[0]: EL0 may not access. */
    public static final long AP_TABLE_NO_USER = bit(61);
    /** APTable[1]: nobody may write. */
    public static final long AP_TABLE_RDONLY = bit(62);

    public static final long AP_TABLE = AP_TABLE_RDONLY | AP_TABLE_NO_USER;
    public static final long NS_TABLE = bit(63);

    // Leaves of stage 2.
    public static final int S2_MEM_ATTR_SHIFT = 2;
    public static final long S2_MEM_ATTR = bits(5, S2_MEM_ATTR_SHIFT);
    public static final int S2_AP_SHIFT = 6;
    /** S2AP[0]: may be read. */
    public static final long S2_READ = bit(6);
    /** S2AP[1]: may be written. */
    public static final long S2_WRITE = bit(7);

    public static final long S2_AP = S2_WRITE | S2_READ;
    public static final long S2_FNXS = bit(11);
    public static final int S2_XN_SHIFT = 53;
    /** XN[1:0]: 0 EL1 and EL0 may execute, 1 EL0 only, 2 nobody, 3 EL1 only. Without FEAT_XNX only XN[1] counts. */
    public static final long S2_XN = bits(54, S2_XN_SHIFT);
    /** XN[1] alone: without FEAT_XNX, nobody may execute. */
    public static final long S2_XN1 = bit(54);

    public static final long S2_XN0 = bit(53);

    private Descriptor() {}

    /** The word in which only this bit is set. */
    public static long bit(int position) {
        return 1L << position;
    }

    /** The word in which the bits from {@code high} down to {@code low}, both included, are set. */
    public static long bits(int high, int low) {
        return -1L >>> 63 - high & -1L << low;
    }

    /** The bits from {@code high} down to {@code low} of a word, shifted down. */
    public static long field(long word, int high, int low) {
        return (word & bits(high, low)) >>> low;
    }

    public static boolean isValid(long word) {
        return (word & VALID) != 0;
    }

    /** Whether a word of this level is a valid table descriptor. */
    public static boolean isTable(long word, int level) {
        return level < 3 && (word & TYPE) == TYPE_TABLE;
    }

    /** Whether a word of level 3 is a page; the encoding 0b01 is reserved there and faults. */
    public static boolean isPage(long word) {
        return (word & TYPE) == TYPE_PAGE;
    }

    /** Whether a word of a level above 3 has a block's type; whether that level may hold blocks is the geometry's. */
    public static boolean isBlock(long word, int level) {
        return level < 3 && (word & TYPE) == TYPE_BLOCK;
    }
}
