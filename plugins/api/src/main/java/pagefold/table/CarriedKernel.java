package pagefold.table;

import java.util.Map;
import pagefold.model.AddressSpace;
import pagefold.model.MemoryEvent.KernelAttached;
import pagefold.model.MemoryEvent.KernelEntriesCopied;
import pagefold.model.MemoryEvent.KernelEntriesProtected;
import pagefold.model.MemoryEvent.KernelTouched;
import pagefold.model.MemoryEvent.WithKernel;
import pagefold.model.Simulation;

/** The half of a process's start table that it has from its kernel. */
final class CarriedKernel {
    private final PageTable process;
    private final PageTable kernel;
    private final KernelEntries entries;

    CarriedKernel(PageTable process, PageTable kernel) {
        this.process = process;
        this.kernel = kernel;
        this.entries = kernel.entries();
    }

    /** Says of a process in memory already which kernel it carries. */
    static void link(Map<String, ModelSpace> spaces, String process, String kernel) {
        ModelSpace carrier = spaces.get(process);
        ModelSpace carried = spaces.get(kernel);
        if (carrier == null || carried == null) {
            throw new IllegalStateException(
                    "expected '" + process + "' and the kernel '" + kernel + "' that it carries, but one is not there");
        }
        carrier.table().entries().carry(carried.table());
    }

    /** Carries the kernel from now on, with the entries that it has now. */
    void attach() {
        process.entries().carry(kernel);
        entries.copy(process, entries.input());
        process.entries().copyVectors(kernel);
    }

    /** Projects an event that {@link CarriedCheck} has passed. */
    void project(WithKernel event, Simulation before) {
        switch (event) {
            case KernelAttached e -> attach();
            case KernelEntriesCopied e -> entries.copy(process, e.range());
            case KernelTouched e -> entries.copyMissing(process, e.range());
            case KernelEntriesProtected e -> protect(e, before);
        }
    }

    private void protect(KernelEntriesProtected e, Simulation before) {
        AddressSpace space = before.space(kernel.editor().space());
        if (space != null) {
            space.forEachIn(
                    e.range(),
                    region -> entries.change(
                            process, region.range(), region.attributes().withPermissions(e.permissions())));
        }
    }
}
