package pagefold.arm32.lpae;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import pagefold.arm32.stage.LongAbort;
import pagefold.arm32.stage.Request;
import pagefold.model.Access;
import pagefold.model.Privilege;
import pagefold.table.TableReader;
import pagefold.table.Translation;
import pagefold.table.Walk;

/**
 * Reads the tables of a guest's space through those of its stage 2.
 *
 * @param own reads them alone, for what shows no addresses of memory
 */
record GuestReader(TableReader own, TwoStages stages) implements TableReader {

    @Override
    public long translate(long address, Access access, Privilege privilege) {
        Request request = Request.of(access, privilege);
        return stages.result(stages.first().translate(address, request, null), request);
    }

    @Override
    public Walk walk(long address, Access access, Privilege privilege) {
        Request request = Request.of(access, privilege);
        List<Walk.Step> steps = new ArrayList<>();
        List<Walk.Register> registers = new ArrayList<>();
        stages.second().tell(steps::add);
        try {
            long answered = stages.first().translate(address, request, steps::add);
            Walk.Outcome outcome = stages.outcome(answered, request);
            // What is asked again tells nobody.
            stages.second().tell(null);
            if (address >>> LpaeProfile.INPUT_BITS != 0) {
                return new Walk(address, List.copyOf(steps), outcome);
            }
            if (access != Access.EXECUTE) {
                registers.add(new Walk.Register("par", "PAR", stages.par(answered, request)));
            }
            registers.addAll(aborted(address, access, answered, stages.result(answered, request)));
            return new Walk(address, List.copyOf(steps), outcome, List.copyOf(registers));
        } finally {
            stages.second().tell(null);
        }
    }

    private List<Walk.Register> aborted(long address, Access access, long answered, long result) {
        if (!Translation.isFault(result)) {
            return List.of();
        }
        return Translation.stage(result) == 1
                ? LongAbort.ofPl1(address, access, result)
                : LongAbort.ofStage2(
                        address, access, result, stages.second().asked(), TwoStages.isOnStage1Walk(answered));
    }

    @Override
    public void dump(Appendable out) throws IOException {
        own.dump(out);
    }
}
