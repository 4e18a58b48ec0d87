package pagefold.arm64.walk;

import static pagefold.arm64.descriptor.Descriptor.bit;
import static pagefold.arm64.descriptor.Descriptor.bits;

import pagefold.table.FaultKind;
import pagefold.table.Translation;

/**
 * PAR_EL1, the answer of an address-translation instruction: Arm ARM D19.2, 64-bit form.
 *
 * <pre>
 *  63  56 55            12  11   10   9   8  7 6      1  0
 * +------+----------------+----+----+---+-----+--------+---+
 * | ATTR |   PA[55:12]    |  1 |  0 | 1 |  SH |    0   | 0 |   translated
 * +------+----------------+----+----+---+-----+--------+---+
 * |            0          |  1 |  0 | S |PTW|0|   FST  | 1 |   fault
 * +-----------------------+----+----+---+-----+--------+---+
 * </pre>
 *
 * Bit 9 of a translation is NS, which is UNKNOWN outside Secure state; it reads as 1 here.
 */
public final class Par {
    private static final long RES1 = bit(11);
    private static final long NS = bit(9);
    private static final long STAGE_2 = bit(9);
    private static final long PTW = bit(8);
    private static final long FAULT = bit(0);
    private static final long ADDRESS = bits(55, 12);
    private static final int SH_SHIFT = 7;
    private static final int ATTR_SHIFT = 56;

    private Par() {}

    /**
     * A translation.
     *
     * @param address the output address
     * @param shareability 0, 2 or 3
     * @param attribute the memory type as a MAIR byte
     */
    public static long translated(long address, int shareability, int attribute) {
        return (long) attribute << ATTR_SHIFT | address & ADDRESS | RES1 | NS | (long) shareability << SH_SHIFT;
    }

    /**
     * A fault.
     *
     * @param fault as {@link Translation} has it
     * @param onStage1Walk whether stage 2 refused the address of a stage-1 descriptor
     */
    public static long fault(long fault, boolean onStage1Walk) {
        long status = status(Translation.kind(fault), Translation.level(fault));
        long stage = Translation.stage(fault) == 2 ? STAGE_2 : 0;
        return FAULT | status << 1 | (onStage1Walk ? PTW : 0) | stage | RES1;
    }

    /** Asks a walker and writes the answer down. */
    public static long of(TranslationWalker walker, long address, int request) {
        long result = walker.resolve(address, request | Request.ADDRESS_TRANSLATION);
        return Translation.isFault(result)
                ? fault(result, walker.faultedOnStage1Walk())
                : translated(result, walker.shareability(address), walker.memoryAttribute());
    }

    /**
     * The fault status code: ESR_ELx.ISS[5:0], PAR_EL1.FST.
     *
     * @param level -1 to 3
     */
    public static int status(FaultKind kind, int level) {
        return switch (kind) {
            case ADDRESS_SIZE -> level < 0 ? 0x29 : level;
            case TRANSLATION -> level < 0 ? 0x2b : 0x04 | level;
            case ACCESS_FLAG -> 0x08 | level;
            case PERMISSION -> 0x0c | level;
            case DOMAIN -> throw new IllegalArgumentException("expected a fault of VMSAv8-64, but it is DOMAIN");
        };
    }
}
