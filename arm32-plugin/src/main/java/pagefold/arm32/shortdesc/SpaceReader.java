package pagefold.arm32.shortdesc;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
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
        TableDump.write(tables(), isKernel() ? profile.layout().markers() : KernelLayout.USER_MARKERS, out);
    }

    private boolean isKernel() {
        return kind == SpaceKind.KERNEL;
    }

    private TableDump.Tables tables() {
        long end =
                isKernel() ? 1L << ClassicProfile.INPUT_BITS : profile.layout().taskSize();
        return new TableDump.Tables(memory, false, walker.controls().lower().root(), end);
    }

    @Override
    public void showPte(long address, Appendable out) throws IOException {
        ShowPte.write(memory, false, walker.controls().lower().root(), address, out);
    }

    @Override
    public @Nullable WxReport checkWx() {
        return isKernel() ? TableDump.check(tables()) : null;
    }
}
