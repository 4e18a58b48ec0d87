package pagefold.arm32.lpae;

import java.io.IOException;
import java.util.Map;
import pagefold.arm32.linux.KernelLayout;
import pagefold.model.Access;
import pagefold.model.Privilege;
import pagefold.model.SpaceKind;
import pagefold.table.PhysicalMemory;
import pagefold.table.TableReader;
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
        this.walker = new LpaeWalker(Controls.of(registers, true), memory);
    }

    @Override
    public long translate(long address, Access access, Privilege privilege) {
        return walker.translate(address, access, privilege);
    }

    @Override
    public Walk walk(long address, Access access, Privilege privilege) {
        return WalkReport.of(walker, address, access, privilege);
    }

    @Override
    public void dump(Appendable out) throws IOException {
        KernelLayout layout = profile.layout();
        boolean isKernel = kind == SpaceKind.KERNEL;
        Controls.Range range = walker.controls().lower();
        long end = isKernel ? 1L << LpaeProfile.INPUT_BITS : layout.pageOffset();
        TableDump.write(
                memory,
                false,
                new TableDump.Tables(range.geometry(), range.root(), 0, end),
                isKernel ? layout.markers() : KernelLayout.USER_MARKERS,
                out);
    }
}
