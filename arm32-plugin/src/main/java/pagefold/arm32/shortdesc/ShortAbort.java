package pagefold.arm32.shortdesc;

import java.util.ArrayList;
import java.util.List;
import pagefold.model.Access;
import pagefold.table.FaultKind;
import pagefold.table.Translation;
import pagefold.table.Walk;

/**
 * What registers hold after an access with short descriptors: PAR of the instruction that asks the same, and of a fault
 * DFSR and DFAR, or IFSR and IFAR (Arm ARM G8.2, TTBCR.EAE = 0).
 *
 * <pre>
 *  31      12  11  10    9   8  7    4 3      0
 * +----------+---+-----+----+--+------+--------+
 * |     0    |WnR|FS[4]|LPAE| 0|Domain|FS[3:0] |   DFSR; IFSR has neither WnR nor Domain
 * +----------+---+-----+----+--+------+--------+
 * </pre>
 */
final class ShortAbort {
    private static final long WNR = 1 << 11;
    private static final int DOMAIN_SHIFT = 4;

    private ShortAbort() {}

    /**
     * The registers after a translation.
     *
     * @param walker that has made it
     * @param result the translation's
     */
    static List<Walk.Register> registers(ShortWalker walker, long address, Access access, long result) {
        if (address >>> ClassicProfile.INPUT_BITS != 0) {
            return List.of();
        }
        List<Walk.Register> registers = new ArrayList<>();
        boolean isFetch = access == Access.EXECUTE;
        if (!isFetch) {
            registers.add(new Walk.Register("par", "PAR", Par.of(walker, result)));
        }
        if (Translation.isFault(result)) {
            // No code of the walker's faults has FS[4].
            long status = Par.status(result)
                    | (access == Access.WRITE ? WNR : 0)
                    | (isFetch ? 0 : (long) domain(walker, result) << DOMAIN_SHIFT);
            registers.add(new Walk.Register("esr", isFetch ? "IFSR" : "DFSR", status));
            registers.add(new Walk.Register("far", isFetch ? "IFAR" : "DFAR", address));
        }
        return List.copyOf(registers);
    }

    /** UNKNOWN, and 0 here, where no level 1 word said it, and of Permission faults. */
    private static int domain(ShortWalker walker, long fault) {
        FaultKind kind = Translation.kind(fault);
        boolean isKnown = kind == FaultKind.DOMAIN
                || Translation.level(fault) == 2 && (kind == FaultKind.TRANSLATION || kind == FaultKind.ACCESS_FLAG);
        return isKnown ? walker.domain() : 0;
    }
}
