package pagefold.arm32.lpae;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import pagefold.arm32.linux.KernelLayout;
import pagefold.arm32.linux.WritePin;
import pagefold.arm32.stage.DescriptorPath;
import pagefold.arm32.stage.Leaf;
import pagefold.arm32.stage.LongAbort;
import pagefold.arm32.stage.LongPar;
import pagefold.arm32.stage.Processor;
import pagefold.arm32.stage.Registers;
import pagefold.arm32.stage.StageOneSetup;
import pagefold.model.Access;
import pagefold.model.Privilege;
import pagefold.model.SpaceKind;
import pagefold.table.Geometry;
import pagefold.table.PhysicalMemory;
import pagefold.table.TableReader;
import pagefold.table.Translation;
import pagefold.table.Walk;

/** Reads the tables of one space with the registers that its profile stands for. */
final class SpaceReader implements TableReader {
    /** What an entry of the start table translates, 1 GB. */
    private static final int LEVEL_1_SHIFT = 30;

    private final PhysicalMemory memory;
    private final Shown shown;
    private final Regime regime;

    /** What is shown of which tables, and where the addresses of processes end. */
    private record Shown(SpaceKind kind, long root, long end, Supplier<TableDump> dump) {}

    /** One stage, whichever it is. */
    private interface Regime {
        long translate(long address, Access access, Privilege privilege);

        /** The same, telling what is read. */
        long trace(long address, Access access, Privilege privilege, Consumer<Walk.Step> steps);

        /** What the last translation found. */
        Leaf leaf();
    }

    private SpaceReader(PhysicalMemory memory, Shown shown, Regime regime) {
        this.memory = memory;
        this.shown = shown;
        this.regime = regime;
    }

    /**
     * Through TTBR0.
     *
     * @param kind {@code USER}, {@code KERNEL} or {@code IDMAP}
     */
    static SpaceReader ofPl1(LpaeProfile profile, SpaceKind kind, PhysicalMemory memory, long root) {
        StageOneSetup setup = setup(profile.registers(root), memory, DescriptorPath.DIRECT);
        Controls controls = Controls.ofPl1(setup);
        Tree tree = controls.lower().tree();
        Shown shown =
                new Shown(kind, root, profile.layout().pageOffset(), () -> dump(profile.layout(), kind, tree, memory));
        return new SpaceReader(memory, shown, new First(new LpaeWalker(controls, memory)));
    }

    /** A process's goes on with the kernel's part where the start table has an entry of it. */
    private static TableDump dump(KernelLayout layout, SpaceKind kind, Tree tree, PhysicalMemory memory) {
        boolean isKernel = kind == SpaceKind.KERNEL;
        long end = 1L << LpaeProfile.INPUT_BITS;
        List<KernelLayout.Marker> markers = new ArrayList<>(KernelLayout.lowerMarkers(kind));
        if (isKernel || memory.load64(tree.root + Long.BYTES * (layout.pageOffset() >>> LEVEL_1_SHIFT)) != 0) {
            // A process's modules would be in tables of its own, below the kernel's part.
            markers.addAll(
                    layout.markers().subList(isKernel ? 0 : 1, layout.markers().size()));
            return TableDump.ofPl1(tree, 0, end, markers);
        }
        return TableDump.ofPl1(tree, 0, layout.pageOffset(), markers);
    }

    /** Through HTTBR. */
    static SpaceReader ofPl2(PhysicalMemory memory, long root) {
        Map<String, Long> registers = Map.of(
                "HTCR",
                LpaeProfile.HYP_CONTROL,
                "HTTBR",
                root,
                "HMAIR0",
                MemoryAttributes.MAIR,
                "HMAIR1",
                MemoryAttributes.MAIR >>> 32,
                "HSCTLR",
                LpaeProfile.SYSTEM_CONTROL);
        Controls controls = Controls.ofPl2(setup(registers, memory, DescriptorPath.DIRECT));
        Shown shown = new Shown(
                SpaceKind.HYP, root, 0, () -> TableDump.ofPl2(controls.lower().tree()));
        return new SpaceReader(memory, shown, new First(new LpaeWalker(controls, memory)));
    }

    private static StageOneSetup setup(Map<String, Long> registers, PhysicalMemory memory, DescriptorPath path) {
        return new StageOneSetup(new Registers(registers), Map.of(), Processor.of(""), false, false, memory, path);
    }

    /** The same tables of a guest with the second stage behind them, or {@code null} where there can be none. */
    @Nullable
    TableReader through(LpaeProfile profile, TableReader second) {
        boolean isGuest = shown.kind == SpaceKind.USER || shown.kind == SpaceKind.KERNEL;
        if (!isGuest || !(second instanceof SpaceReader reader) || reader.shown.kind != SpaceKind.STAGE2) {
            return null;
        }
        StageTwo behind = stageTwo(memory, reader.shown.root);
        LpaeStage first = new LpaeStage(setup(profile.registers(shown.root), memory, behind));
        return new GuestReader(this, new TwoStages(first, behind));
    }

    /** Through VTTBR. */
    static SpaceReader ofStage2(PhysicalMemory memory, long root) {
        StageTwo stage = stageTwo(memory, root);
        Shown shown = new Shown(SpaceKind.STAGE2, root, 0, () -> TableDump.ofStage2(stage.tree()));
        return new SpaceReader(memory, shown, new Second(stage));
    }

    private static StageTwo stageTwo(PhysicalMemory memory, long root) {
        Map<String, Long> registers = Map.of("VTCR", LpaeProfile.STAGE_2_CONTROL, "VTTBR", root);
        return new StageTwo(new Registers(registers), Processor.of(""), memory);
    }

    private record First(LpaeWalker walker) implements Regime {
        @Override
        public long translate(long address, Access access, Privilege privilege) {
            return walker.translate(address, access, privilege);
        }

        @Override
        public long trace(long address, Access access, Privilege privilege, Consumer<Walk.Step> steps) {
            StepWriter writer = new StepWriter(steps, walker.controls().attributes());
            return walker.translate(address, access, privilege, false, writer);
        }

        @Override
        public Leaf leaf() {
            return walker.leaf();
        }
    }

    private record Second(StageTwo stage) implements Regime {
        @Override
        public long translate(long address, Access access, Privilege privilege) {
            return stage.translate(address, access, privilege);
        }

        @Override
        public long trace(long address, Access access, Privilege privilege, Consumer<Walk.Step> steps) {
            stage.tell(steps);
            long result = stage.translate(address, access, privilege);
            stage.tell(null);
            return result;
        }

        @Override
        public Leaf leaf() {
            return stage.leaf();
        }
    }

    @Override
    public long translate(long address, Access access, Privilege privilege) {
        return regime.translate(address, access, privilege);
    }

    @Override
    public Walk walk(long address, Access access, Privilege privilege) {
        List<Walk.Step> steps = new ArrayList<>();
        long result = regime.trace(address, access, privilege, steps::add);
        Walk.Outcome outcome = Translation.isFault(result)
                ? Leaf.faulted(result)
                : regime.leaf().translated(result);
        Walk walk = new Walk(address, List.copyOf(steps), outcome, registers(address, access, result));
        return WritePin.isAsked(shown.kind, address, access, privilege, shown.end)
                ? walk.withPin(pin(walk.steps().getLast()))
                : walk;
    }

    /** What the instruction that asks the same leaves in PAR, and a fault in others; none asks for execution. */
    private List<Walk.Register> registers(long address, Access access, long result) {
        boolean isFault = Translation.isFault(result);
        if (shown.kind != SpaceKind.STAGE2 && address >>> LpaeProfile.INPUT_BITS != 0) {
            return List.of();
        }
        if (shown.kind == SpaceKind.STAGE2) {
            // No instruction asks it alone.
            return isFault ? LongAbort.ofStage2Alone(address, access, result) : List.of();
        }
        List<Walk.Register> registers = new ArrayList<>();
        if (access != Access.EXECUTE) {
            long par = isFault ? LongPar.fault(result, false) : LongPar.translated(result, regime.leaf());
            registers.add(new Walk.Register("par", "PAR", par));
        }
        if (isFault) {
            registers.addAll(
                    shown.kind == SpaceKind.HYP
                            ? LongAbort.ofPl2(address, access, result)
                            : LongAbort.ofPl1(address, access, result));
        }
        return List.copyOf(registers);
    }

    /** {@code pte_present} is true of memory that grants nothing, too; a section may be in place of a table. */
    private static Walk.Pin pin(Walk.Step last) {
        long word = last.word();
        boolean isYoung = (word & Descriptor.AF) != 0;
        boolean isWritable = (word & Descriptor.RDONLY) == 0;
        if (word == 0) {
            return WritePin.ofNothing();
        }
        return last.level() == Geometry.LAST_LEVEL
                ? WritePin.ofPage(isYoung, isWritable, (word & Descriptor.DIRTY) != 0)
                : WritePin.ofSection(isYoung, isWritable);
    }

    @Override
    public void dump(Appendable out) throws IOException {
        shown.dump.get().write(memory, out);
    }

    /** Of tables that are not its own the kernel prints nothing, so theirs is the neutral form. */
    @Override
    public void showPte(long address, Appendable out) throws IOException {
        if (shown.kind != SpaceKind.HYP && shown.kind != SpaceKind.STAGE2) {
            ShowPte.write(memory, false, shown.root, address, out);
        } else {
            TableReader.super.showPte(address, out);
        }
    }

    @Override
    public @Nullable WxReport checkWx() {
        return shown.kind == SpaceKind.KERNEL ? shown.dump.get().check(memory) : null;
    }
}
