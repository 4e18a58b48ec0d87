package pagefold.arm32.lpae;

/**
 * The fields of a long descriptor, under their names in the Arm ARM (G5.5.1: stage 1; G5.5.2: stage 2).
 *
 * <pre>
 * Table (levels 1 and 2):
 *
 *  63  62 61   60   59  58     40 39      12 11     2 1 0
 * +---+-------+----+----+--------+----------+--------+---+
 * |NST|APTable|XNT |PXNT| ignored| address  | ignored|1 1|
 * +---+-------+----+----+--------+----------+--------+---+
 *
 * Block (bit 1 clear; levels 1 and 2) or page (bit 1 set; level 3); Linux's names of what hardware leaves to software:
 *
 *  63 59   58    57    56    55   54  53   52  51   40 39  n n-1 12 11 10 9  8  7   6   5 4    2 1 0
 * +-----+------+----+-------+-----+--+---+----+-------+-----+------+--+--+----+---+---+--+------+---+
 * | ign |RDONLY|NONE|SPECIAL|DIRTY|XN|PXN|Cont|   0   | OA  |   0  |nG|AF| SH |AP2|AP1|NS|AttrIx|p 1|
 * +-----+------+----+-------+-----+--+---+----+-------+-----+------+--+--+----+---+---+--+------+---+
 *
 * At PL2: AP1 reads as 1, PXN and nG as 0; Linux marks a page there with DIRTY and RDONLY as elsewhere.
 *
 * Stage 2:
 *
 *  63   55 54 53  52  51   40 39  n n-1 12 11 10 9  8 7     6 5      2 1 0
 * +-------+-----+----+-------+-----+------+--+--+----+-------+--------+---+
 * |ignored|  XN |Cont|   0   | OA  |   0  | 0|AF| SH |S2AP1:0|MemAttr |p 1|
 * +-------+-----+----+-------+-----+------+--+--+----+-------+--------+---+
 *
 * XN[0], bit 53, counts from Armv8.2 on (FEAT_XNX).
 * </pre>
 */
final class Descriptor {

    // Any descriptor.
    static final long VALID = bit(0);
    /** With {@link #VALID}: a table at levels 1 and 2, a page at level 3; clear: a block. */
    static final long TABLE = bit(1);

    static final long TYPE = VALID | TABLE;
    static final long TYPE_TABLE = VALID | TABLE;
    static final long TYPE_PAGE = VALID | TABLE;
    static final long TYPE_BLOCK = VALID;
    /** Where a table or a leaf keeps its address; in a block the lower bits of it are zero. */
    static final long ADDRESS = bits(39, 12);
    /** Address bits that this format does not have: not zero is an Address size fault from Armv8 on. */
    static final long BEYOND = bits(47, 40);

    // Leaves.
    static final int ATTR_INDX_SHIFT = 2;
    static final long ATTR_INDX = bits(4, ATTR_INDX_SHIFT);
    /** AP[1]: PL0 may access. */
    static final long USER = bit(6);
    /** AP[2]: nobody may write. */
    static final long AP2 = bit(7);

    static final int SH_SHIFT = 8;
    static final long SH = bits(9, SH_SHIFT);
    static final long AF = bit(10);
    static final long NG = bit(11);
    static final long CONTIGUOUS = bit(52);
    static final long PXN = bit(53);
    /** Nobody may execute, at PL1 as at PL0. */
    static final long XN = bit(54);

    // Leaves of stage 2.
    static final int MEM_ATTR_SHIFT = 2;
    static final long MEM_ATTR = bits(5, MEM_ATTR_SHIFT);
    static final int S2_AP_SHIFT = 6;
    /** S2AP[0]: may be read. */
    static final long S2_READ = bit(S2_AP_SHIFT);
    /** S2AP[1]: may be written. */
    static final long S2_WRITE = bit(7);

    static final int XN_SHIFT = 53;
    static final int S2_SOFTWARE_SHIFT = 55;
    static final long S2_SOFTWARE = bits(58, S2_SOFTWARE_SHIFT);

    // What Linux keeps in bits that hardware ignores.
    static final long DIRTY = bit(55);
    static final long SPECIAL = bit(56);
    static final long NONE = bit(57);
    static final long RDONLY = bit(58);
    /** In an entry of the start table: one of the kernel's own, never freed with a process. */
    static final long SWAPPER = bit(55);

    // Tables.
    static final int TABLE_ATTRIBUTES_SHIFT = 59;
    static final long PXN_TABLE = bit(59);
    static final long XN_TABLE = bit(60);
    /** APTable[0]: PL0 may not access. */
    static final long AP_TABLE_NO_USER = bit(61);
    /** APTable[1]: nobody may write. */
    static final long AP_TABLE_RDONLY = bit(62);

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

    static boolean isValid(long word) {
        return (word & VALID) != 0;
    }

    /** Whether a word of this level is a valid table descriptor. */
    static boolean isTable(long word, int level) {
        return level < 3 && (word & TYPE) == TYPE_TABLE;
    }

    /** Whether a word of this level is a block or page; the encoding 0b01 is reserved at level 3 and faults. */
    static boolean isLeaf(long word, int level) {
        return (word & TYPE) == (level < 3 ? TYPE_BLOCK : TYPE_PAGE);
    }
}
