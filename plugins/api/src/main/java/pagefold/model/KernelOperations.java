package pagefold.model;

import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.model.MemoryCommand.ChangeRange;
import pagefold.model.MemoryCommand.SetMemory;
import pagefold.model.MemoryEvent.MemorySet;
import pagefold.model.MemoryEvent.RangeChanged;
import pagefold.model.MemoryEvent.RangeHotRemoved;
import pagefold.model.MemoryEvent.RangeVacated;

/** What the commands for a kernel's own space lead to, and what their events leave of its regions. */
final class KernelOperations {
    private KernelOperations() {}

    static Decision decide(MemoryCommand.InKernel command, AddressSpace space) {
        if (space.kind() != SpaceKind.KERNEL) {
            return rejected(new Rejection.WrongKind(space.name(), space.kind(), "have its kernel's words changed"));
        }
        return switch (command) {
            case ChangeRange c
            when c.attributes().isHuge() ->
                rejected(new Rejection.WrongKind(space.name(), space.kind(), "have huge pages"));
            case ChangeRange c -> mapped(space, new RangeChanged(space.name(), c.range(), c.attributes()), c.range());
            case SetMemory c -> decideSet(c, space);
        };
    }

    private static Decision rejected(Rejection rejection) {
        return new Decision.Rejected(rejection);
    }

    private static Decision mapped(AddressSpace space, MemoryEvent event, AddressRange range) {
        Long hole = space.firstHole(range);
        if (hole != null) {
            return rejected(new Rejection.NotMapped(space.name(), range, hole));
        }
        Rejection shared = SharedMemory.in(space, range);
        // Cutting regions at both ends of a range leaves at most two more of them.
        return shared == null ? Simulation.roomFor(space, 2, event) : rejected(shared);
    }

    private static Decision decideSet(SetMemory c, AddressSpace space) {
        Long hole = space.firstHole(c.range());
        if (hole != null) {
            return rejected(new Rejection.NotMapped(c.space(), c.range(), hole));
        }
        AddressRange aliases = c.aliases();
        Rejection rejection = foreign(space, c.range());
        if (rejection == null && aliases != null) {
            rejection = c.change().reachesAliases()
                    ? Aliases.unfit(space, c.range(), aliases)
                    : new Rejection.WrongMemory(c.space(), aliases, "aliases change with ro and rw only");
        }
        if (rejection != null) {
            return rejected(rejection);
        }
        MemorySet event = new MemorySet(c.space(), c.range(), c.change(), aliases);
        List<AddressRange> ranges = event.ranges(space);
        for (AddressRange range : ranges) {
            rejection = rejection == null ? foreign(space, range) : rejection;
        }
        return rejection == null ? Simulation.roomFor(space, 2 * ranges.size(), event) : rejected(rejection);
    }

    /** Why a range is not all memory that a kernel has for itself, or {@code null}. */
    private static @Nullable Rejection foreign(AddressSpace space, AddressRange range) {
        Rejection[] rejection = {SharedMemory.in(space, range)};
        space.forEachIn(range, region -> {
            boolean isCopied = region.output() instanceof Output.Backed(String object, long offset, Sharing sharing)
                    && sharing == Sharing.COPY_ON_WRITE;
            boolean isNone = region.attributes().permissions().isNone();
            if (rejection[0] == null && (isCopied || isNone)) {
                String reason = isCopied ? "it is copied on writing" : "it grants nothing";
                rejection[0] = new Rejection.WrongMemory(space.name(), region.range(), reason);
            }
        });
        return rejection[0];
    }

    /** Why a range of a kernel cannot be copied to resume from, or {@code null}. */
    static @Nullable Rejection uncopied(AddressSpace space, AddressRange range) {
        if (space.kind() != SpaceKind.KERNEL) {
            return new Rejection.WrongKind(space.name(), space.kind(), "be copied to resume from");
        }
        Rejection[] rejection = {foreign(space, range)};
        space.forEachIn(range, region -> {
            if (rejection[0] == null && region.attributes().permissions().isExecutable()) {
                rejection[0] = new Rejection.WrongMemory(space.name(), region.range(), "it is executable");
            }
        });
        return rejection[0];
    }

    /** The copy of a range, all of it valid and writable. */
    static AddressSpace copy(MemoryEvent.KernelCopied event, AddressSpace space) {
        AddressSpace[] copy = {AddressSpace.empty(event.child(), SpaceKind.KERNEL)};
        space.forEachIn(
                event.range(), region -> copy[0] = copy[0].with(MemoryChange.DIRECT_MAP_DEFAULT.applied(region)));
        return copy[0];
    }

    static AddressSpace evolve(MemoryEvent.InKernel event, AddressSpace space) {
        return switch (event) {
            case RangeChanged e -> space.updated(e.range(), region -> region.withAttributes(e.attributes()));
            case MemorySet e -> {
                AddressSpace changed = space;
                for (AddressRange range : e.ranges(space)) {
                    changed = changed.updated(range, e.change()::applied);
                }
                yield changed;
            }
            case RangeVacated e -> space.without(e.range());
            case RangeHotRemoved e -> space.without(e.range());
        };
    }
}
