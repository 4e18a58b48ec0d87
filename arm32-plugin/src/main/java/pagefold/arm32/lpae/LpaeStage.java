package pagefold.arm32.lpae;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import pagefold.arm32.linux.KernelLayout;
import pagefold.arm32.linux.KernelLayout.Marker;
import pagefold.arm32.lpae.Controls.Range;
import pagefold.arm32.stage.Leaf;
import pagefold.arm32.stage.LongPar;
import pagefold.arm32.stage.Request;
import pagefold.arm32.stage.StageOne;
import pagefold.arm32.stage.StageOneSetup;
import pagefold.model.SpaceKind;
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
        TableDump dump = isKernel
                ? kernelDump()
                : TableDump.ofPl1(
                        controls.lower().tree(),
                        0,
                        LpaeProfile.LPAE.layout().pageOffset(),
                        KernelLayout.lowerMarkers(SpaceKind.USER));
        dump.write(setup.tables(), out);
    }

    private TableDump kernelDump() {
        long pageOffset = LpaeProfile.LPAE.layout().pageOffset();
        long highMemory = setup.layout().getOrDefault(HIGH_MEMORY, 0L);
        List<Marker> markers = new KernelLayout(pageOffset, highMemory).markers();
        return TableDump.ofPl1(upper.tree(), upper.upperBase(), 1L << LpaeProfile.INPUT_BITS, markers);
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
        return kernelDump().check(setup.tables());
    }
}
