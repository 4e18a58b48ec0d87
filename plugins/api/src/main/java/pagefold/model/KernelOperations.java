package pagefold.model;

import org.jspecify.annotations.Nullable;
import pagefold.model.MemoryCommand.ChangeRange;
import pagefold.model.MemoryEvent.RangeChanged;

/** What the commands for a kernel's own space lead to, and what their events leave of its regions. */
final class KernelOperations {
    private KernelOperations() {}

    static Decision decide(MemoryCommand.InKernel command, AddressSpace space) {
        if (space.kind() != SpaceKind.KERNEL) {
            return rejected(new Rejection.WrongKind(space.name(), space.kind(), "have its kernel's words changed"));
        }
        return switch (command) {
            case ChangeRange c -> mapped(space, c.range(), new RangeChanged(space.name(), c.range(), c.attributes()));
        };
    }

    private static Decision rejected(Rejection rejection) {
        return new Decision.Rejected(rejection);
    }

    private static Decision mapped(AddressSpace space, AddressRange range, MemoryEvent event) {
        @Nullable Long hole = space.firstHole(range);
        return hole == null
                ? new Decision.Accepted(event)
                : rejected(new Rejection.NotMapped(space.name(), range, hole));
    }

    static AddressSpace evolve(MemoryEvent.InKernel event, AddressSpace space) {
        return switch (event) {
            case RangeChanged e -> space.updated(e.range(), region -> region.withAttributes(e.attributes()));
        };
    }
}
