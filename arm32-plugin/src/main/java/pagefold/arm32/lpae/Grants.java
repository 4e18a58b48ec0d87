package pagefold.arm32.lpae;

import pagefold.model.Access;
import pagefold.model.Privilege;

/**
 * What a leaf and its tables grant, for every combination of their permission bits: Arm ARM G5.6.
 *
 * <p>A grant has the bits of {@link pagefold.model.Permissions}: privileged r, w, x, unprivileged r, w, x. Unlike in
 * VMSAv8-64, XN stands for both privileges, execution needs read, and what PL0 may write PL1 may execute, unless UWXN
 * says otherwise.
 *
 * <pre>
 *    7    6      5     4     3   2    1   0
 * +---------+------+------+----+----+-------+
 * | APTable | XNT  | PXNT | XN | PXN| AP2:1 |   index of stage 1
 * +---------+------+------+----+----+-------+
 *                         | XN[1:0] | S2AP  |   index of stage 2
 *                         +---------+-------+
 * </pre>
 */
final class Grants {
    static final int ALL = 0b111_111;

    private static final int READ = 0b100_100;
    private static final int WRITE = 0b010_010;
    private static final int EXECUTE = 0b001_001;
    private static final int PRIVILEGED_DATA = 0b110_000;
    private static final int USER_DATA = 0b000_110;

    private static final int STAGE_1_SIZE = 256;
    private static final int STAGE_2_SIZE = 16;

    private Grants() {}

    /** The index for a leaf and the attributes of its tables, or-ed. */
    static int index1(long leaf, long tables) {
        return (int) (leaf >>> Descriptor.S2_AP_SHIFT) & 0b11
                | (int) (leaf >>> Descriptor.XN_SHIFT - 2) & 0b1100
                | (int) (tables >>> Descriptor.TABLE_ATTRIBUTES_SHIFT - 4) & 0xf0;
    }

    static int index2(long leaf) {
        return index1(leaf, 0);
    }

    /**
     * The grants of PL1&amp;0.
     *
     * @param wxn SCTLR.WXN
     * @param uwxn SCTLR.UWXN
     */
    static byte[] ofPl1(boolean wxn, boolean uwxn) {
        byte[] grants = new byte[STAGE_1_SIZE];
        for (int index = 0; index < STAGE_1_SIZE; index++) {
            boolean isUser = (index & 1) != 0 && (index & 0x40) == 0;
            boolean isWritable = (index & 2) == 0 && (index & 0x80) == 0;
            boolean xn = (index & 0x28) != 0 || wxn && isWritable;
            boolean pxn = (index & 0x14) != 0 || uwxn && isUser && isWritable;
            int granted = 0b100_000 | (isUser ? 0b000_100 : 0);
            granted |= isWritable ? (granted & READ) >>> 1 : 0;
            granted |= xn ? 0 : (granted & READ) >>> 2;
            grants[index] = (byte) (pxn ? granted & ~0b001_000 : granted);
        }
        return grants;
    }

    /** The same with PSTATE.PAN: PL1 has no data access to what PL0 can reach. */
    static byte[] underAccessNever(byte[] grants) {
        byte[] under = grants.clone();
        for (int index = 0; index < under.length; index++) {
            under[index] = (byte) ((under[index] & USER_DATA) == 0 ? under[index] : under[index] & ~PRIVILEGED_DATA);
        }
        return under;
    }

    /**
     * The grants of PL2, where AP[1], APTable[0], PXN and PXNTable do not count.
     *
     * @param wxn HSCTLR.WXN
     */
    static byte[] ofPl2(boolean wxn) {
        byte[] grants = new byte[STAGE_1_SIZE];
        for (int index = 0; index < STAGE_1_SIZE; index++) {
            boolean isWritable = (index & 2) == 0 && (index & 0x80) == 0;
            boolean isExecutable = (index & 0x28) == 0 && !(wxn && isWritable);
            grants[index] = (byte) (0b100_000 | (isWritable ? 0b010_000 : 0) | (isExecutable ? 0b001_000 : 0));
        }
        return grants;
    }

    /**
     * The grants of stage 2. Unlike in VMSAv8-64, execution needs read.
     *
     * @param apart whether XN[0] tells PL1 from PL0 (FEAT_XNX)
     */
    static byte[] ofStage2(boolean apart) {
        byte[] grants = new byte[STAGE_2_SIZE];
        for (int index = 0; index < STAGE_2_SIZE; index++) {
            int xn = index >>> 2;
            int execute = switch (apart ? xn : xn & 0b10) {
                case 0 -> EXECUTE;
                case 1 -> 0b000_001;
                case 2 -> 0;
                default -> 0b001_000;
            };
            boolean isReadable = (index & 1) != 0;
            grants[index] = (byte) ((isReadable ? READ | execute : 0) | ((index & 2) != 0 ? WRITE : 0));
        }
        return grants;
    }

    /** The one bit of an access. */
    static int bit(Access access, Privilege privilege) {
        return 4 >> access.ordinal() << (privilege == Privilege.PRIVILEGED ? 3 : 0);
    }
}
