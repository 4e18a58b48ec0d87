package pagefold.arm64.walk;

import static pagefold.arm64.descriptor.Descriptor.bit;
import static pagefold.arm64.descriptor.Descriptor.bits;

import pagefold.table.FaultKind;
import pagefold.table.Translation;

/**
 * ESR_ELx and HPFAR_EL2 of an access that faulted: Arm ARM D19.2, instruction and data aborts.
 *
 * <pre>
 *  63  32 31 26 25 24          10   9    8     7     6   5    0
 * +------+-----+--+--------------+----+----+-------+-----+------+
 * |   0  |  EC |IL| ISV .. FnV: 0| EA | CM | S1PTW | WnR |  FSC |
 * +------+-----+--+--------------+----+----+-------+-----+------+
 * </pre>
 *
 * IL is 1. ISV is 0: what instruction it was is not known here. WnR is 0 for a fetch; address-translation and cache
 * maintenance instructions have CM and WnR set, whatever they ask.
 */
public final class Esr {
    private static final int INSTRUCTION_ABORT = 0x20;
    private static final int DATA_ABORT = 0x24;
    /** Added to the class when the exception does not come from a lower Exception level. */
    private static final int SAME_LEVEL = 1;

    private static final int EC_SHIFT = 26;
    private static final long IL = bit(25);
    private static final long CM = bit(8);
    private static final long S1PTW = bit(7);
    private static final long WNR = bit(6);

    private static final int FIPA_SHIFT = 4;
    private static final int PAGE_SHIFT = 12;
    private static final long ADDRESS = bits(55, PAGE_SHIFT);

    private Esr() {}

    /**
     * The syndrome of a fault.
     *
     * @param fault as {@link Translation} has it
     * @param onStage1Walk whether stage 2 refused the address of a stage-1 descriptor
     * @param request what was asked: {@link Request}
     */
    public static long of(long fault, boolean onStage1Walk, int request) {
        boolean fetch = (request & Request.EXECUTE) != 0;
        boolean instruction = (request & Request.ADDRESS_TRANSLATION) != 0;
        boolean fromLower = Translation.stage(fault) == 2 || (request & Request.UNPRIVILEGED) != 0;
        long abort = (fetch ? INSTRUCTION_ABORT : DATA_ABORT) + (fromLower ? 0 : SAME_LEVEL);
        boolean write = instruction || (request & Request.WRITE) != 0;
        return abort << EC_SHIFT
                | IL
                | (instruction ? CM : 0)
                | (onStage1Walk ? S1PTW : 0)
                | (write ? WNR : 0)
                | Par.status(Translation.kind(fault), Translation.level(fault));
    }

    /** Asks a walker: the syndrome of its fault, or 0 where it translates. */
    public static long of(TranslationWalker walker, long address, int request) {
        long result = walker.resolve(address, request);
        return Translation.isFault(result) ? of(result, walker.faultedOnStage1Walk(), request) : 0;
    }

    /**
     * Whether HPFAR_EL2 holds the address that stage 2 refused: not for a Permission fault of the output, whose address
     * is UNKNOWN there.
     */
    public static boolean hasIntermediateAddress(long fault, boolean onStage1Walk) {
        return Translation.stage(fault) == 2 && (onStage1Walk || Translation.kind(fault) != FaultKind.PERMISSION);
    }

    /** HPFAR_EL2 for an intermediate physical address. */
    public static long hpfar(long intermediateAddress) {
        return (intermediateAddress & ADDRESS) >>> PAGE_SHIFT - FIPA_SHIFT;
    }
}
