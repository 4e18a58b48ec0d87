package pagefold.arm64.walk;

import static pagefold.arm64.descriptor.Descriptor.AP_SHIFT;
import static pagefold.arm64.descriptor.Descriptor.S2_XN_SHIFT;
import static pagefold.arm64.descriptor.Descriptor.TABLE_ATTRIBUTES_SHIFT;

/**
 * What a leaf and its tables grant, for every combination of their permission bits: Arm ARM D8.4.
 *
 * <p>A grant has the bits of {@link pagefold.model.Permissions}: privileged r, w, x, unprivileged r, w, x.
 *
 * <pre>
 *    7    6      5     4     3   2    1   0
 * +---------+------+------+----+----+-------+
 * | APTable | UXNT | PXNT | UXN| PXN| AP2:1 |   index of stage 1
 * +---------+------+------+----+----+-------+
 *                         | XN[1:0] | S2AP  |   index of stage 2
 *                         +---------+-------+
 * </pre>
 */
final class PermissionTable {
    private static final int STAGE_1_SIZE = 256;
    private static final int STAGE_2_SIZE = 16;

    /** How permissions are read in a regime. */
    record Rules(boolean twoRanges, boolean writeImpliesNoExecute, boolean executeCountsForPan, boolean nestedEl1) {}

    private PermissionTable() {}

    /** The index for a leaf and the attributes of its tables, or-ed. */
    static int index1(long leaf, long tables) {
        return (int) (leaf >>> AP_SHIFT) & 3
                | (int) (leaf >>> S2_XN_SHIFT - 2) & 12
                | (int) (tables >>> TABLE_ATTRIBUTES_SHIFT - 4) & 0xf0;
    }

    static int index2(long leaf) {
        return (int) (leaf >>> AP_SHIFT) & 3 | (int) (leaf >>> S2_XN_SHIFT - 2) & 12;
    }

    /** The grants of a stage-1 regime, with PSTATE.PAN or without. */
    static byte[] stage1(Rules rules, boolean pan) {
        byte[] grants = new byte[STAGE_1_SIZE];
        for (int index = 0; index < STAGE_1_SIZE; index++) {
            int granted = rules.twoRanges ? twoPrivileges(index, rules) : onePrivilege(index, rules);
            boolean reachable = (granted & 0b110) != 0 || rules.executeCountsForPan && (granted & 1) != 0;
            boolean denied = pan && rules.twoRanges && !rules.nestedEl1 && reachable;
            grants[index] = (byte) (denied ? granted & ~0b110_000 : granted);
        }
        return grants;
    }

    private static int twoPrivileges(int index, Rules rules) {
        boolean nested = rules.nestedEl1;
        boolean user = (index & 1) != 0 && (index & 0x40) == 0 && !nested;
        boolean write = (index & 2) == 0 && (index & 0x80) == 0;
        boolean uxn = (index & 0x28) != 0 && !nested;
        boolean pxn = (index & (nested ? 0x28 : 0x14)) != 0;
        int granted = 0b100_000;
        granted |= write ? 0b010_000 : 0;
        granted |= user ? 0b000_100 : 0;
        granted |= user && write ? 0b000_010 : 0;
        granted |= uxn ? 0 : 0b000_001;
        granted |= pxn || user && write ? 0 : 0b001_000;
        if (rules.writeImpliesNoExecute) {
            granted &= ~((granted & Request.WRITE) >>> 1);
        }
        return granted;
    }

    private static int onePrivilege(int index, Rules rules) {
        boolean write = (index & 2) == 0 && (index & 0x80) == 0;
        boolean execute = (index & 0x28) == 0 && !(write && rules.writeImpliesNoExecute);
        return 0b100_000 | (write ? 0b010_000 : 0) | (execute ? 0b001_000 : 0);
    }

    /**
     * The grants of stage 2.
     *
     * @param apart whether XN[0] tells EL1 from EL0 (FEAT_XNX)
     */
    static byte[] stage2(boolean apart) {
        byte[] grants = new byte[STAGE_2_SIZE];
        for (int index = 0; index < STAGE_2_SIZE; index++) {
            int xn = index >>> 2;
            int execute = switch (apart ? xn : xn & 2) {
                case 0 -> 0b001_001;
                case 1 -> 0b000_001;
                case 2 -> 0;
                default -> 0b001_000;
            };
            int read = (index & 1) != 0 ? Request.READ : 0;
            int write = (index & 2) != 0 ? Request.WRITE : 0;
            grants[index] = (byte) (read | write | execute);
        }
        return grants;
    }
}
