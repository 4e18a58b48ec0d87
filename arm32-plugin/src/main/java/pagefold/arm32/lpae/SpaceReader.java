package pagefold.arm32.lpae;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pagefold.arm32.linux.KernelLayout;
import pagefold.arm32.stage.DescriptorPath;
import pagefold.arm32.stage.Leaf;
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
    private final LpaeProfile profile;
    private final SpaceKind kind;
    private final PhysicalMemory memory;
    private final LpaeWalker walker;

    SpaceReader(LpaeProfile profile, SpaceKind kind, PhysicalMemory memory, long root) {
        this.profile = profile;
        this.kind = kind;
        this.memory = memory;
        Map<String, Long> registers = Map.of(
                "TTBCR",
                profile.control(),
                "TTBR0",
                root,
                "TTBR1",
                root,
                "MAIR0",
                MemoryAttributes.MAIR,
                "MAIR1",
                MemoryAttributes.MAIR >>> 32,
                "SCTLR",
                LpaeProfile.SYSTEM_CONTROL);
        StageOneSetup setup = new StageOneSetup(
                new Registers(registers), Map.of(), Processor.of(""), false, false, memory, DescriptorPath.DIRECT);
        this.walker = new LpaeWalker(Controls.ofPl1(setup), memory);
    }

    @Override
    public long translate(long address, Access access, Privilege privilege) {
        return walker.translate(address, access, privilege);
    }

    @Override
    public Walk walk(long address, Access access, Privilege privilege) {
        List<Walk.Step> steps = new ArrayList<>();
        StepWriter writer = new StepWriter(steps::add, walker.controls().attributes());
        long result = walker.translate(address, access, privilege, false, writer);
        Walk.Outcome outcome = Translation.isFault(result)
                ? Leaf.faulted(result)
                : walker.leaf().translated(result);
        return new Walk(address, List.copyOf(steps), outcome);
    }

    @Override
    public void dump(Appendable out) throws IOException {
        KernelLayout layout = profile.layout();
        boolean isKernel = kind == SpaceKind.KERNEL;
        Tree tree = walker.controls().lower().tree();
        long end = isKernel ? 1L << LpaeProfile.INPUT_BITS : layout.pageOffset();
        TableDump.write(
                memory,
                false,
                new TableDump.Tables(Geometry.of(LpaeProfile.GRANULE_BITS, tree.inputBits), tree.root, 0, end),
                isKernel ? layout.markers() : KernelLayout.USER_MARKERS,
                out);
    }

    @Override
    public void showPte(long address, Appendable out) throws IOException {
        ShowPte.write(memory, false, walker.controls().lower().tree().root, address, out);
    }

    @Override
    public @Nullable WxReport checkWx() {
        if (kind != SpaceKind.KERNEL) {
            return null;
        }
        Tree tree = walker.controls().lower().tree();
        Geometry geometry = Geometry.of(LpaeProfile.GRANULE_BITS, tree.inputBits);
        return TableDump.check(
                memory, false, new TableDump.Tables(geometry, tree.root, 0, 1L << LpaeProfile.INPUT_BITS));
    }
}
