package pagefold.model;

import org.jspecify.annotations.Nullable;
import pagefold.model.MemoryCommand.AttachKernel;
import pagefold.model.MemoryCommand.CopyKernelEntries;
import pagefold.model.MemoryCommand.ProtectKernelEntries;
import pagefold.model.MemoryEvent.KernelAttached;
import pagefold.model.MemoryEvent.KernelEntriesCopied;
import pagefold.model.MemoryEvent.KernelEntriesProtected;
import pagefold.model.MemoryEvent.KernelTouched;

/** What the commands for processes that carry a kernel lead to, and what their events leave of the neutral state. */
final class CarriedKernels {
    private CarriedKernels() {}

    /** The kernel that a space carries, or {@code null} where it carries none. */
    static @Nullable AddressSpace of(AddressSpace space, Simulation state) {
        String kernel = space.kernel();
        return kernel == null ? null : state.space(kernel);
    }

    static Decision decide(MemoryCommand.WithKernel command, AddressSpace space, Simulation state) {
        return switch (command) {
            case AttachKernel c -> decided(unattached(c, space, state), new KernelAttached(c.space(), c.kernel()));
            case CopyKernelEntries c -> {
                Rejection rejection = of(space, state) == null ? none(space) : null;
                yield decided(rejection, new KernelEntriesCopied(c.space(), c.range()));
            }
            case ProtectKernelEntries c -> {
                AddressSpace kernel = of(space, state);
                Rejection rejection = kernel == null ? none(space) : unmapped(kernel, c.range());
                yield decided(rejection, new KernelEntriesProtected(c.space(), c.range(), c.permissions()));
            }
        };
    }

    private static Decision decided(@Nullable Rejection rejection, MemoryEvent event) {
        return rejection != null ? new Decision.Rejected(rejection) : new Decision.Accepted(event);
    }

    private static Rejection none(AddressSpace space) {
        return new Rejection.CarriedKernel(space.name(), "carries no kernel");
    }

    private static @Nullable Rejection unmapped(AddressSpace kernel, AddressRange range) {
        Long hole = kernel.firstHole(range);
        return hole == null ? null : new Rejection.NotMapped(kernel.name(), range, hole);
    }

    /** Why a process cannot carry a kernel, or {@code null}. */
    private static @Nullable Rejection unattached(AttachKernel c, AddressSpace space, Simulation state) {
        AddressSpace kernel = state.space(c.kernel());
        if (space.kind() != SpaceKind.USER && space.kind() != SpaceKind.IDMAP) {
            return new Rejection.WrongKind(space.name(), space.kind(), "carry a kernel");
        }
        if (kernel == null) {
            return new Rejection.NoSuchSpace(c.kernel());
        }
        if (kernel.kind() != SpaceKind.KERNEL) {
            return new Rejection.WrongKind(kernel.name(), kernel.kind(), "be carried by a process");
        }
        String carried = space.kernel();
        return carried == null
                ? null
                : new Rejection.CarriedKernel(space.name(), "carries the kernel '" + carried + "' already");
    }

    /** Why a space cannot be destroyed, or {@code null}. */
    static @Nullable Rejection carried(AddressSpace space, Simulation state) {
        if (space.kind() != SpaceKind.KERNEL) {
            return null;
        }
        for (AddressSpace process : state.spaces()) {
            if (space.name().equals(process.kernel())) {
                return new Rejection.CarriedKernel(space.name(), "is the kernel that '" + process.name() + "' carries");
            }
        }
        return null;
    }

    static AddressSpace evolve(MemoryEvent.WithKernel event, AddressSpace space) {
        return switch (event) {
            case KernelAttached e -> space.carrying(e.kernel());
            case KernelEntriesCopied e -> space;
            case KernelTouched e -> space;
            case KernelEntriesProtected e -> space;
        };
    }
}
