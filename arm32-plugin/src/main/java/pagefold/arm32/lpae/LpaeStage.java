package pagefold.arm32.lpae;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import pagefold.arm32.linux.KernelLayout;
import pagefold.arm32.lpae.Controls.Range;
import pagefold.arm32.stage.Leaf;
import pagefold.arm32.stage.LongPar;
import pagefold.arm32.stage.Request;
import pagefold.arm32.stage.StageOne;
import pagefold.arm32.stage.StageOneSetup;
import pagefold.table.Geometry;
import pagefold.table.TableReader.WxReport;
import pagefold.table.Translation;
import pagefold.table.Walk;

/** Stage 1 of PL1&amp;0 with long descriptors, of a captured machine. */
public final class LpaeStage implements StageOne {
    private static final String KERNEL = "kernel";
    private static final String USER = "user";
    /** The constant of the machine that the kernel's markers need. */
    private static final String HIGH_MEMORY = "high_memory";

    private final StageOneSetup setup;
    private final Controls controls;
    private final Range upper;
    private final LpaeWalker walker;

    /**
     * The stage as registers say.
     *
     * @throws IllegalArgumentException when a register is missing, or selects short descriptors
     */
    public LpaeStage(StageOneSetup setup) {
        this.setup = setup;
        this.controls = Controls.ofPl1(setup);
        this.upper = Objects.requireNonNull(controls.upper());
        this.walker = new LpaeWalker(controls, setup.memory(), setup.path());
    }

    @Override
    public long translate(long address, Request request, @Nullable Consumer<Walk.Step> steps) {
        return walker.translate(
                address,
                request.access(),
                request.privilege(),
                request.accessNever(),
                steps == null ? null : new StepWriter(steps, controls.attributes()));
    }

    @Override
    public Leaf leaf() {
        return walker.leaf();
    }

    @Override
    public long par(long result) {
        return Translation.isFault(result) ? LongPar.fault(result, false) : LongPar.translated(result, walker.leaf());
    }

    @Override
    public List<String> spaces() {
        List<String> spaces = new ArrayList<>();
        if (setup.layout().containsKey(HIGH_MEMORY)) {
            spaces.add(KERNEL);
        }
        spaces.add(USER);
        return spaces;
    }

    @Override
    public void dump(String space, Appendable out) throws IOException {
        boolean isKernel = space.equals(KERNEL);
        long pageOffset = LpaeProfile.LPAE.layout().pageOffset();
        Range range = isKernel ? upper : controls.lower();
        Tree tree = range.tree();
        TableDump.write(
                setup.tables(),
                tree.isBigEndian,
                new TableDump.Tables(
                        Geometry.of(LpaeProfile.GRANULE_BITS, tree.inputBits),
                        tree.root,
                        isKernel ? range.upperBase() : 0,
                        isKernel ? 1L << LpaeProfile.INPUT_BITS : pageOffset),
                isKernel
                        ? new KernelLayout(pageOffset, setup.layout().getOrDefault(HIGH_MEMORY, 0L)).markers()
                        : KernelLayout.USER_MARKERS,
                out);
    }

    /** By the tables of the process that runs, which have the kernel's part too. */
    @Override
    public boolean showPte(long address, Appendable out) throws IOException {
        Tree tree = controls.lower().tree();
        if (tree.inputBits != LpaeProfile.INPUT_BITS) {
            return false;
        }
        ShowPte.write(setup.tables(), tree.isBigEndian, tree.root, address, out);
        return true;
    }

    @Override
    public @Nullable WxReport checkWx() {
        Tree tree = upper.tree();
        Geometry geometry = Geometry.of(LpaeProfile.GRANULE_BITS, tree.inputBits);
        return TableDump.check(
                setup.tables(),
                tree.isBigEndian,
                new TableDump.Tables(geometry, tree.root, upper.upperBase(), 1L << LpaeProfile.INPUT_BITS));
    }
}
