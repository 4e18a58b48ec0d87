package pagefold.arm64.walk;

import static pagefold.arm64.descriptor.Descriptor.bit;
import static pagefold.arm64.descriptor.Descriptor.bits;

import java.util.ArrayList;
import java.util.List;
import pagefold.table.FaultKind;
import pagefold.table.Translation;
import pagefold.table.Walk;

/**
 * What registers hold after a translation: PAR_EL1 of the address-translation instruction that asks the same, and what
 * an abort would leave in ESR_ELx, FAR_ELx and HPFAR_EL2 (Arm ARM D19.2).
 *
 * <pre>
 * ESR_ELx of an instruction abort (EC 0x20, 0x21) or a data abort (0x24, 0x25):
 *
 *  31    26  25  24       8   7     6   5     0
 * +--------+----+----------+-----+-----+-------+
 * |   EC   | IL |     0    |S1PTW| WnR |  xFSC |
 * +--------+----+----------+-----+-----+-------+
 * HPFAR_EL2:
 *  47                         4 3   0
 * +----------------------------+-----+
 * |         IPA[55:12]         |  0  |
 * +----------------------------+-----+
 * </pre>
 *
 * WnR tells of the access itself, also where stage 2 refused the address of a stage-1 descriptor. ISV is clear: there is
 * no instruction here to tell of.
 */
public final class Syndrome {
    private static final long INSTRUCTION_ABORT = 0x20;
    private static final long DATA_ABORT = 0x24;
    private static final int CLASS_SHIFT = 26;
    private static final long LONG_INSTRUCTION = bit(25);
    private static final long STAGE_1_WALK = bit(7);
    private static final long WRITE = bit(6);
    private static final long PAGE = bits(55, 12);
    private static final int HPFAR_SHIFT = 8;

    private Syndrome() {}

    /** The exception level whose stage 1 is asked. */
    public enum Regime {
        EL1_AND_0(1),
        EL2(2),
        EL3(3),
        /** Stage 2 of EL1&amp;0 by itself: there is no virtual address. */
        STAGE_2(1);

        private final int level;

        Regime(int level) {
            this.level = level;
        }
    }

    /**
     * The registers after a translation.
     *
     * @param result what {@link TranslationWalker#resolve} has just answered; PAR is asked anew
     */
    static List<Walk.Register> of(TranslationWalker walker, Regime regime, long address, int request, long result) {
        List<Walk.Register> registers = new ArrayList<>();
        if (Translation.isFault(result)) {
            fault(registers, walker, regime, address, request, result);
        }
        // There is no instruction that asks for execution.
        if ((request & Request.EXECUTE) == 0) {
            registers.addFirst(new Walk.Register("par", "PAR_EL1", Par.of(walker, address, request)));
        }
        return List.copyOf(registers);
    }

    private static void fault(
            List<Walk.Register> registers,
            TranslationWalker walker,
            Regime regime,
            long address,
            int request,
            long fault) {
        boolean isStage2 = Translation.stage(fault) == 2;
        boolean onWalk = walker.faultedOnStage1Walk();
        int target = isStage2 ? 2 : regime.level;
        boolean isLower = isStage2 || regime == Regime.EL1_AND_0 && (request & Request.UNPRIVILEGED) != 0;
        registers.add(new Walk.Register("esr", "ESR_EL" + target, esr(fault, request, isLower, onWalk)));
        if (regime != Regime.STAGE_2) {
            registers.add(new Walk.Register("far", "FAR_EL" + target, address));
        }
        // After a Permission fault of stage 2 alone the register is UNKNOWN.
        if (isStage2 && (onWalk || Translation.kind(fault) != FaultKind.PERMISSION)) {
            long intermediate = (walker.intermediateAddress() & PAGE) >>> HPFAR_SHIFT;
            registers.add(new Walk.Register("hpfar", "HPFAR_EL2", intermediate));
        }
    }

    /**
     * ESR_ELx.
     *
     * @param fault as {@link Translation} has it
     * @param isLower whether the abort is taken to a higher exception level than that of the access
     * @param onStage1Walk whether stage 2 refused the address of a stage-1 descriptor
     */
    static long esr(long fault, int request, boolean isLower, boolean onStage1Walk) {
        boolean isFetch = (request & Request.EXECUTE) != 0;
        long exceptionClass = (isFetch ? INSTRUCTION_ABORT : DATA_ABORT) + (isLower ? 0 : 1);
        return exceptionClass << CLASS_SHIFT
                | LONG_INSTRUCTION
                | (onStage1Walk ? STAGE_1_WALK : 0)
                | ((request & Request.WRITE) != 0 ? WRITE : 0)
                | Par.status(Translation.kind(fault), Translation.level(fault));
    }
}
