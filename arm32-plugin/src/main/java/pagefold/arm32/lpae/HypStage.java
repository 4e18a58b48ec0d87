package pagefold.arm32.lpae;

import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import pagefold.arm32.stage.Leaf;
import pagefold.arm32.stage.LongPar;
import pagefold.arm32.stage.Request;
import pagefold.arm32.stage.StageOneSetup;
import pagefold.table.PhysicalMemory;
import pagefold.table.Translation;
import pagefold.table.Walk;

/** Stage 1 of PL2, of a captured machine: always long descriptors, one range, no stage 2. */
public final class HypStage {
    private final Controls controls;
    private final LpaeWalker walker;

    /**
     * The stage as registers say.
     *
     * @throws IllegalArgumentException when a register is missing
     */
    public HypStage(StageOneSetup setup) {
        this.controls = Controls.ofPl2(setup);
        this.walker = new LpaeWalker(controls, setup.memory());
    }

    /**
     * The output address, or a fault, as {@link Translation} has it.
     *
     * @param steps hears of every word that is read; {@code null} for nobody
     */
    public long translate(long address, Request request, @Nullable Consumer<Walk.Step> steps) {
        return walker.translate(
                address,
                request.access(),
                request.privilege(),
                false,
                steps == null ? null : new StepWriter(steps, controls.attributes()));
    }

    /** What the last translation found; only after one that gave an output. */
    public Leaf leaf() {
        return walker.leaf();
    }

    /** What PAR holds after ATS1HR and ATS1HW. */
    public long par(long result) {
        return Translation.isFault(result) ? LongPar.fault(result, false) : LongPar.translated(result, walker.leaf());
    }

    /** Writes a dump, in columns as Linux has them for its own tables. */
    public void dump(PhysicalMemory memory, Appendable out) throws IOException {
        TableDump.ofPl2(controls.lower().tree()).write(memory, out);
    }
}
