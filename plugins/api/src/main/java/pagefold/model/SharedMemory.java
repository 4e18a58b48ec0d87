package pagefold.model;

import org.jspecify.annotations.Nullable;

/** Memory of which every page leads to the same page, through tables that may be shared. */
final class SharedMemory {
    private SharedMemory() {}

    /** Why such memory cannot be mapped so, or {@code null}. */
    static @Nullable Rejection unfit(MemoryCommand.MapRange c, AddressSpace space) {
        if (!(c.output() instanceof Output.Repeated)) {
            return null;
        }
        if (space.kind() != SpaceKind.KERNEL) {
            return new Rejection.WrongKind(space.name(), space.kind(), "lead all pages to one");
        }
        Permissions permissions = c.attributes().permissions();
        return permissions.isWritable() || permissions.isNone()
                ? new Rejection.WrongMemory(space.name(), c.range(), "a page for all is read and not written")
                : null;
    }

    /** Why nothing in a range may change but by unmapping, or {@code null}. */
    static @Nullable Rejection in(AddressSpace space, AddressRange range) {
        Region region = space.firstIn(range);
        while (region != null) {
            if (region.output() instanceof Output.Repeated) {
                return new Rejection.WrongMemory(
                        space.name(), region.range(), "one page for all stays as it was mapped");
            }
            boolean isLast = Long.compareUnsigned(region.range().last(), range.last()) >= 0;
            region = isLast
                    ? null
                    : space.firstIn(new AddressRange(region.range().last() + 1, range.last()));
        }
        return null;
    }
}
