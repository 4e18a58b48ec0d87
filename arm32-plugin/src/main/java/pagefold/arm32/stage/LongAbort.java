package pagefold.arm32.stage;

import java.util.ArrayList;
import java.util.List;
import pagefold.model.Access;
import pagefold.table.FaultKind;
import pagefold.table.Translation;
import pagefold.table.Walk;

/**
 * What registers hold after an access with long descriptors has faulted (Arm ARM G8.2: DFSR and IFSR with TTBCR.EAE = 1,
 * HSR, DFAR and IFAR, HDFAR and HIFAR, HPFAR).
 *
 * <pre>
 *  31  26 25  24    8     7      6     5    0
 * +------+--+------+--+-------+-----+--------+
 * |  EC  |IL|    0    | S1PTW | WnR | STATUS |   HSR
 * +------+--+---------+-------+-----+--------+
 * |          0          |WnR| 0 |LPAE|STATUS |   DFSR; WnR is bit 11, LPAE bit 9. IFSR has no WnR
 * +---------------------+---+---+----+-------+
 * </pre>
 *
 * IL is 1, and ISV is 0: what instruction it was is not known here.
 */
public final class LongAbort {
    private static final int PREFETCH_ABORT = 0x20;
    private static final int DATA_ABORT = 0x24;
    /** Added to the class when PL2 takes the exception from itself. */
    private static final int SAME_LEVEL = 1;

    private static final int EC_SHIFT = 26;
    private static final long IL = 1 << 25;
    private static final long S1PTW = 1 << 7;
    private static final long HYP_WNR = 1 << 6;
    private static final long WNR = 1 << 11;
    private static final long LPAE = 1 << 9;

    private static final int PAGE_SHIFT = 12;
    private static final int FIPA_SHIFT = 4;
    private static final long ADDRESS = 0xff_ffff_f000L;

    private LongAbort() {}

    /** A fault of stage 1 of PL1&amp;0, taken to PL1. */
    public static List<Walk.Register> ofPl1(long address, Access access, long fault) {
        boolean isFetch = access == Access.EXECUTE;
        long status = LPAE | status(fault) | (access == Access.WRITE ? WNR : 0);
        return List.of(
                new Walk.Register("esr", isFetch ? "IFSR" : "DFSR", status),
                new Walk.Register("far", isFetch ? "IFAR" : "DFAR", address));
    }

    /** A fault of PL2's own tables. */
    public static List<Walk.Register> ofPl2(long address, Access access, long fault) {
        return List.of(syndrome(access, fault, SAME_LEVEL, false), farOf(address, access));
    }

    /**
     * A fault of stage 2 under stage 1.
     *
     * @param intermediate the address that stage 2 refused
     * @param onStage1Walk whether that is the address of a stage-1 descriptor
     */
    public static List<Walk.Register> ofStage2(
            long address, Access access, long fault, long intermediate, boolean onStage1Walk) {
        List<Walk.Register> registers = new ArrayList<>();
        registers.add(syndrome(access, fault, 0, onStage1Walk));
        registers.add(farOf(address, access));
        addIntermediate(registers, fault, intermediate, onStage1Walk);
        return List.copyOf(registers);
    }

    /** A fault of stage 2 by itself: there is no virtual address. */
    public static List<Walk.Register> ofStage2Alone(long intermediate, Access access, long fault) {
        List<Walk.Register> registers = new ArrayList<>();
        registers.add(syndrome(access, fault, 0, false));
        addIntermediate(registers, fault, intermediate, false);
        return List.copyOf(registers);
    }

    private static Walk.Register syndrome(Access access, long fault, int level, boolean onStage1Walk) {
        long abort = (access == Access.EXECUTE ? PREFETCH_ABORT : DATA_ABORT) + level;
        long syndrome = abort << EC_SHIFT
                | IL
                | (onStage1Walk ? S1PTW : 0)
                | (access == Access.WRITE ? HYP_WNR : 0)
                | status(fault);
        return new Walk.Register("esr", "HSR", syndrome);
    }

    private static Walk.Register farOf(long address, Access access) {
        return new Walk.Register("far", access == Access.EXECUTE ? "HIFAR" : "HDFAR", address);
    }

    /** Not of a Permission fault of the output, of which it is UNKNOWN; nor of more bits than there are. */
    private static void addIntermediate(
            List<Walk.Register> registers, long fault, long intermediate, boolean onStage1Walk) {
        boolean isKnown = onStage1Walk || Translation.kind(fault) != FaultKind.PERMISSION;
        if (isKnown && (intermediate & ~(ADDRESS | (1 << PAGE_SHIFT) - 1)) == 0) {
            registers.add(new Walk.Register("hpfar", "HPFAR", (intermediate & ADDRESS) >>> PAGE_SHIFT - FIPA_SHIFT));
        }
    }

    private static int status(long fault) {
        return LongPar.status(Translation.kind(fault), Translation.level(fault));
    }
}
