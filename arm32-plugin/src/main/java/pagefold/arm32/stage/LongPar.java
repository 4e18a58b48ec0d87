package pagefold.arm32.stage;

import pagefold.table.FaultKind;
import pagefold.table.Translation;

/**
 * The 64-bit form of PAR (Arm ARM G8.2, PAR): with long descriptors, after instructions that asked both stages, and of
 * PL2.
 *
 * <pre>
 *  63    56 55  40 39      12  11  10    9     8     7    6    1  0
 * +--------+------+----------+----+---+------+----+------+------+---+
 * |  ATTR  |   0  |    PA    |LPAE| 0 |  NS  |     SH    |   0  | 0 |   translated
 * +--------+------+----------+----+---+------+-----------+------+---+
 * |             0            |LPAE| 0 |FSTAGE|S2WLK|  0  |  FST | 1 |   fault
 * +--------------------------+----+---+------+-----+-----+------+---+
 * </pre>
 *
 * NS is UNKNOWN in Non-secure state; it reads as 1 here.
 */
public final class LongPar {
    private static final long LPAE = 1 << 11;
    private static final long NS = 1 << 9;
    private static final long SECOND_STAGE = 1 << 9;
    private static final long ON_STAGE_1_WALK = 1 << 8;
    private static final long FAULT = 1;
    private static final long ADDRESS = 0xff_ffff_f000L;
    private static final int ATTR_SHIFT = 56;
    private static final int SH_SHIFT = 7;
    private static final int SECTION_DOMAIN = 0x3d;
    private static final int PAGE_DOMAIN = 0x3e;

    private LongPar() {}

    /** A translation that ended in a leaf. */
    public static long translated(long output, Leaf leaf) {
        return (long) leaf.attribute() << ATTR_SHIFT
                | output & ADDRESS
                | LPAE
                | NS
                | (long) leaf.shareability() << SH_SHIFT;
    }

    /**
     * A fault.
     *
     * @param fault as {@link Translation} has it
     * @param onStage1Walk whether stage 2 refused the address of a stage-1 descriptor
     */
    public static long fault(long fault, boolean onStage1Walk) {
        return (long) status(Translation.kind(fault), Translation.level(fault)) << 1
                | (onStage1Walk ? ON_STAGE_1_WALK : 0)
                | (Translation.stage(fault) == 2 ? SECOND_STAGE : 0)
                | LPAE
                | FAULT;
    }

    /**
     * The long-format fault status: Arm ARM G5.11, STATUS of DFSR, IFSR and HSR.
     *
     * @param level 0 to 3; 1 or 2 of short descriptors
     */
    public static int status(FaultKind kind, int level) {
        return switch (kind) {
            case ADDRESS_SIZE -> level;
            case TRANSLATION -> 0x04 | level;
            case ACCESS_FLAG -> 0x08 | level;
            case PERMISSION -> 0x0c | level;
            case DOMAIN -> level == 1 ? SECTION_DOMAIN : PAGE_DOMAIN;
        };
    }
}
