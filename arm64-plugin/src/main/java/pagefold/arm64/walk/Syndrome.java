package pagefold.arm64.walk;

import java.util.ArrayList;
import java.util.List;
import pagefold.table.Translation;
import pagefold.table.Walk;

/**
 * What registers hold after a translation: PAR_EL1 of the address-translation instruction that asks the same, and what
 * an abort would leave in ESR_ELx, FAR_ELx and HPFAR_EL2 ({@link Par}, {@link Esr}).
 *
 * <p>WnR tells of the access itself, also where stage 2 refused the address of a stage-1 descriptor.
 */
public final class Syndrome {
    private Syndrome() {}

    /** The exception level whose stage 1 is asked. */
    public enum Regime {
        EL1_AND_0(1),
        /** Of EL0 where its exceptions go to EL2: HCR_EL2.TGE. */
        EL0_UNDER_EL2(2),
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
        // EL2 and EL3 know one privilege.
        boolean hasUser = regime != Regime.EL2 && regime != Regime.EL3;
        long syndrome = Esr.of(fault, onWalk, hasUser ? request : privileged(request));
        registers.add(new Walk.Register("esr", "ESR_EL" + target, syndrome));
        if (regime != Regime.STAGE_2) {
            registers.add(new Walk.Register("far", "FAR_EL" + target, address));
        }
        if (Esr.hasIntermediateAddress(fault, onWalk)) {
            registers.add(new Walk.Register("hpfar", "HPFAR_EL2", Esr.hpfar(walker.intermediateAddress())));
        }
    }

    private static int privileged(int request) {
        return request & ~Request.UNPRIVILEGED | (request & Request.UNPRIVILEGED) << 3;
    }
}
