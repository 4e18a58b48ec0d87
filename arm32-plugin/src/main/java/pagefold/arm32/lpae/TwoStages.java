package pagefold.arm32.lpae;

import pagefold.arm32.stage.Leaf;
import pagefold.arm32.stage.LongPar;
import pagefold.arm32.stage.Request;
import pagefold.arm32.stage.StageOne;
import pagefold.table.Translation;
import pagefold.table.Walk;

/**
 * Stage 1 of PL1&amp;0 with stage 2 behind it: what both say of what stage 1 has just answered, the path of whose
 * descriptors is this stage 2.
 *
 * @param first made with {@code second} as its path
 */
public record TwoStages(StageOne first, StageTwo second) {

    /** Whether a result of stage 1 is a fault of stage 2 on the way to one of its descriptors. */
    public static boolean isOnStage1Walk(long result) {
        return Translation.isFault(result) && Translation.stage(result) == 2;
    }

    /** The physical address, or the fault of either stage. */
    public long result(long answered, Request request) {
        return Translation.isFault(answered)
                ? answered
                : second.translate(answered, request.access(), request.privilege());
    }

    /** What PAR holds after an instruction that asks both stages. */
    public long par(long answered, Request request) {
        long result = result(answered, request);
        return Translation.isFault(result)
                ? LongPar.fault(result, isOnStage1Walk(answered))
                : LongPar.translated(result, second.over(first.leaf(), request.access()));
    }

    /** Where a walk through both stages ends. */
    public Walk.Outcome outcome(long answered, Request request) {
        long result = result(answered, request);
        return Translation.isFault(result)
                ? Leaf.faulted(result, isOnStage1Walk(answered))
                : second.over(first.leaf(), request.access()).translated(result);
    }
}
