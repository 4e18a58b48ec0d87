package pagefold.arm32.shortdesc;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pagefold.arm32.linux.KernelLayout;
import pagefold.arm32.linux.WritePin;
import pagefold.model.Access;
import pagefold.model.Privilege;
import pagefold.model.SpaceKind;
import pagefold.table.PhysicalMemory;
import pagefold.table.TableReader;
import pagefold.table.Walk;

/** Reads the tables of one space with the registers that its profile stands for. */
final class SpaceReader implements TableReader {
    private static final long ENTRIES = 1L << ClassicProfile.INPUT_BITS - Descriptor.LEVEL_1_SHIFT;

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
        Walk walk = WalkReport.ofLinux(walker, memory, address, access, privilege);
        return WritePin.isAsked(
                        kind, address, access, privilege, profile.layout().taskSize())
                ? walk.withPin(pin(walk))
                : walk;
    }

    private Walk.Pin pin(Walk walk) {
        Walk.Step last = walk.steps().getLast();
        return last.level() == 1
                ? WritePin.ofNothing()
                : LinuxPte.pin(memory.load32(last.entry() - LinuxPte.HARDWARE_OFFSET) & 0xffff_ffffL);
    }

    @Override
    public void dump(Appendable out) throws IOException {
        List<KernelLayout.Marker> markers = new ArrayList<>(KernelLayout.lowerMarkers(kind));
        if (tables().end() > profile.layout().taskSize()) {
            markers.addAll(profile.layout().markers());
        }
        TableDump.write(tables(), markers, out);
    }

    private boolean isKernel() {
        return kind == SpaceKind.KERNEL;
    }

    private TableDump.Tables tables() {
        long taskSize = profile.layout().taskSize();
        long end = isKernel() || carriesKernel() ? 1L << ClassicProfile.INPUT_BITS : taskSize;
        return new TableDump.Tables(memory, false, walker.controls().lower().root(), end);
    }

    /** Whether a process's table has entries of a kernel. */
    private boolean carriesKernel() {
        long root = walker.controls().lower().root();
        for (long entry = profile.layout().taskSize() >>> Descriptor.LEVEL_1_SHIFT; entry < ENTRIES; entry++) {
            if (memory.load32(root + 4 * entry) != 0) {
                return true;
            }
        }
        return false;
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
