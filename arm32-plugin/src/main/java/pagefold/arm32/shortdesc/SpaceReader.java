package pagefold.arm32.shortdesc;

import java.io.IOException;
import java.util.HashMap;
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
    private final ClassicProfile profile;
    private final SpaceKind kind;
    private final PhysicalMemory memory;
    private final ShortWalker walker;

    SpaceReader(ClassicProfile profile, SpaceKind kind, PhysicalMemory memory, long root) {
        this.profile = profile;
        this.kind = kind;
        this.memory = memory;
        Map<String, Long> registers = new HashMap<>(ClassicProfile.REGISTERS);
        registers.put("TTBR0", root);
        this.walker = new ShortWalker(Controls.of(registers, ClassicProfile.PROCESSOR), memory);
    }

    @Override
    public long translate(long address, Access access, Privilege privilege) {
        return walker.translate(address, access, privilege);
    }

    @Override
    public Walk walk(long address, Access access, Privilege privilege) {
        return WalkReport.ofLinux(walker, memory, address, access, privilege);
    }

    @Override
    public void dump(Appendable out) throws IOException {
        boolean isKernel = kind == SpaceKind.KERNEL;
        KernelLayout layout = profile.layout();
        TableDump.write(
                memory,
                false,
                walker.controls().lower().root(),
                isKernel ? 1L << ClassicProfile.INPUT_BITS : layout.taskSize(),
                isKernel ? layout.markers() : KernelLayout.USER_MARKERS,
                out);
    }
}
