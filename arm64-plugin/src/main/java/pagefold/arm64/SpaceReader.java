package pagefold.arm64;

import java.io.IOException;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;
import pagefold.arm64.capture.Markers;
import pagefold.arm64.capture.ShowPte;
import pagefold.arm64.capture.TableDump;
import pagefold.arm64.capture.WxCheck;
import pagefold.arm64.descriptor.Vmsa64Geometry;
import pagefold.arm64.walk.Request;
import pagefold.arm64.walk.Stage1;
import pagefold.arm64.walk.Stage1Range;
import pagefold.arm64.walk.Stage2;
import pagefold.arm64.walk.Syndrome;
import pagefold.arm64.walk.TableRange;
import pagefold.arm64.walk.TranslationWalker;
import pagefold.arm64.walk.WalkReport;
import pagefold.model.Access;
import pagefold.model.Privilege;
import pagefold.model.SpaceKind;
import pagefold.table.PhysicalMemory;
import pagefold.table.TableReader;
import pagefold.table.Walk;

/** Reads the tables of one space with the registers that its profile stands for. */
final class SpaceReader implements TableReader {
    private final PhysicalMemory memory;
    private final Shown shown;
    /** What translates, or {@code null} where only stage 2 does. */
    private final @Nullable Stage1 stage1;

    private final @Nullable Stage2 stage2;
    private final TranslationWalker walker;

    /**
     * How the tables are shown.
     *
     * @param root of the tables that are dumped
     * @param base the input address of their first entry
     * @param builtInputBits what the kernel was built for, or 0
     * @param regime whose registers tell of a walk
     * @param shared the word of every page below the shared table at an address; 0 for any other table
     */
    private record Shown(
            SpaceKind kind,
            Vmsa64Geometry geometry,
            TableDump dump,
            long root,
            long base,
            Markers markers,
            int builtInputBits,
            Syndrome.Regime regime,
            LongUnaryOperator shared) {

        /** Where no tables are shared. */
        Shown(
                SpaceKind kind,
                Vmsa64Geometry geometry,
                TableDump dump,
                long root,
                long base,
                Markers markers,
                int builtInputBits,
                Syndrome.Regime regime) {
            this(kind, geometry, dump, root, base, markers, builtInputBits, regime, table -> 0);
        }
    }

    private SpaceReader(
            PhysicalMemory memory,
            Shown shown,
            @Nullable Stage1 stage1,
            @Nullable Stage2 stage2,
            TranslationWalker walker) {
        this.memory = memory;
        this.shown = shown;
        this.stage1 = stage1;
        this.stage2 = stage2;
        this.walker = walker;
    }

    private static SpaceReader stage1(PhysicalMemory memory, Shown shown, Stage1 stage1) {
        return new SpaceReader(memory, shown, stage1, null, new TranslationWalker(stage1, null, memory));
    }

    /**
     * Through TTBR0_EL1 or TTBR1_EL1.
     *
     * @param kind {@code USER} or {@code KERNEL}
     */
    static SpaceReader el1And0(
            StageOneProfile profile, SpaceKind kind, PhysicalMemory memory, long table, LongUnaryOperator shared) {
        boolean isKernel = kind == SpaceKind.KERNEL;
        long root = isKernel ? table + profile.upperRootOffset() : table;
        Vmsa64Geometry geometry = geometry(profile);
        TableRange tables = TableRange.of(geometry, root, profile.outputBits());
        Markers markers = isKernel
                ? Markers.kernel(profile.inputBits(), profile.granuleBits(), profile.fixmapStart())
                : Markers.user();
        Stage1 regime = isKernel
                ? Stage1.twoRanges(null, Stage1Range.upper(tables, Stage1Range.Controls.KERNEL), controls(profile))
                : Stage1.twoRanges(Stage1Range.lower(tables, Stage1Range.Controls.USER), null, controls(profile));
        TableDump dump = TableDump.stage1(geometry, false, profile.builtInputBits());
        long base = isKernel ? -1L << profile.inputBits() : 0;
        Syndrome.Regime level = Syndrome.Regime.EL1_AND_0;
        return stage1(
                memory,
                new Shown(kind, geometry, dump, root, base, markers, profile.builtInputBits(), level, shared),
                regime);
    }

    /** Through TTBR0_EL1 while it holds an identity map. */
    static SpaceReader identity(StageOneProfile profile, SpaceKind kind, PhysicalMemory memory, long root) {
        Vmsa64Geometry geometry = IdentityRegime.geometry(profile, kind);
        int inputBits = geometry.inputBits();
        TableRange tables = TableRange.of(geometry, root, profile.outputBits());
        Stage1 regime =
                Stage1.twoRanges(Stage1Range.lower(tables, Stage1Range.Controls.KERNEL), null, controls(profile));
        TableDump dump = TableDump.stage1(geometry, false, inputBits);
        Syndrome.Regime level = Syndrome.Regime.EL1_AND_0;
        return stage1(memory, new Shown(kind, geometry, dump, root, 0, Markers.identity(), inputBits, level), regime);
    }

    /** Through TTBR0_EL2 without E2H, or TTBR0_EL3. */
    static SpaceReader oneRange(StageOneProfile profile, SpaceKind kind, PhysicalMemory memory, long root) {
        Vmsa64Geometry geometry = geometry(profile);
        TableRange tables = TableRange.of(geometry, root, profile.outputBits());
        Stage1 regime = Stage1.oneRange(Stage1Range.lower(tables, Stage1Range.Controls.KERNEL), controls(profile));
        TableDump dump = TableDump.stage1(geometry, false, profile.inputBits());
        boolean isMonitor = kind == SpaceKind.MONITOR;
        Markers markers = isMonitor ? Markers.monitor() : Markers.hypervisor();
        Syndrome.Regime level = isMonitor ? Syndrome.Regime.EL3 : Syndrome.Regime.EL2;
        return stage1(memory, new Shown(kind, geometry, dump, root, 0, markers, profile.inputBits(), level), regime);
    }

    /** Through VTTBR_EL2. */
    static SpaceReader stage2(StageOneProfile profile, Stage2Options options, PhysicalMemory memory, long root) {
        Vmsa64Geometry geometry = options.geometry(profile.granuleBits(), profile.encoding());
        TableRange tables = TableRange.of(geometry, 2, root, profile.outputBits(), false);
        Stage2 regime = new Stage2(tables, options.controls(profile.hardwareDirty()));
        Shown shown = new Shown(
                SpaceKind.STAGE2,
                geometry,
                TableDump.stage2(geometry, false),
                root,
                0,
                Markers.guest(),
                0,
                Syndrome.Regime.STAGE_2);
        return new SpaceReader(memory, shown, null, regime, TranslationWalker.ofStage2(regime, memory));
    }

    private static Vmsa64Geometry geometry(StageOneProfile profile) {
        return Vmsa64Geometry.stage1(profile.granuleBits(), profile.inputBits(), profile.encoding());
    }

    private static Stage1.Controls controls(StageOneProfile profile) {
        return Stage1.Controls.of(MemoryAttributes.MAIR, profile.hardwareDirty(), profile.hardwareDirty());
    }

    /** The same stage 1 with a second stage behind it, or {@code null} where there can be none. */
    @Nullable
    SpaceReader through(TableReader second) {
        Stage1 first = stage1;
        boolean isGuest = first != null && first.hasTwoRanges();
        return isGuest && second instanceof SpaceReader reader && reader.stage1 == null
                ? new SpaceReader(
                        memory, shown, first, reader.stage2, new TranslationWalker(first, reader.stage2, memory))
                : null;
    }

    @Override
    public long translate(long address, Access access, Privilege privilege) {
        return walker.translate(address, access, privilege);
    }

    @Override
    public Walk walk(long address, Access access, Privilege privilege) {
        int request = Request.of(access, privilege);
        return WalkReport.of(walker, address, request, shown.builtInputBits, shown.regime);
    }

    @Override
    public void dump(Appendable out) throws IOException {
        shown.dump.write(memory, shown.root, shown.base, shown.markers, shown.shared, out);
    }

    /**
     * A process knows no kernel here, and a kernel no process: each is a space of its own. Of tables that are not its
     * own the kernel prints nothing, so theirs is the neutral form.
     */
    @Override
    public void showPte(long address, Appendable out) throws IOException {
        boolean isKernel = shown.kind == SpaceKind.KERNEL;
        if (!isKernel && shown.kind != SpaceKind.USER) {
            TableReader.super.showPte(address, out);
            return;
        }
        Vmsa64Geometry geometry = shown.geometry;
        ShowPte.Shape shape = new ShowPte.Shape(
                geometry.granuleBits(), geometry.inputBits(), shown.builtInputBits, geometry.encoding());
        ShowPte.Roots roots = isKernel
                ? new ShowPte.Roots(ShowPte.NO_ROOT, shown.root)
                : new ShowPte.Roots(shown.root, ShowPte.NO_ROOT);
        new ShowPte(memory, false, shape).write(address, roots, out);
    }

    @Override
    public @Nullable WxReport checkWx() {
        return shown.kind == SpaceKind.KERNEL
                ? WxCheck.of(shown.geometry, memory, shown.root, shown.base, shown.shared)
                : null;
    }
}
