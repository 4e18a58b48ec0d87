package pagefold.model;

import org.jspecify.annotations.Nullable;
import pagefold.model.MemoryCommand.TouchRange;
import pagefold.model.MemoryEvent.KernelTouched;
import pagefold.model.MemoryEvent.RangeTouched;

/** What simulated accesses lead to. */
final class Accesses {
    private Accesses() {}

    /**
     * What accesses through the tables of a space lead to.
     *
     * @param kernel the kernel that the space carries, or {@code null}
     */
    static Decision decide(TouchRange c, AddressSpace space, @Nullable AddressSpace kernel) {
        boolean reachesKernel = kernel != null && space.firstIn(c.range()) == null && kernel.firstIn(c.range()) != null;
        Rejection rejection = kernel != null && reachesKernel ? denied(c, kernel) : denied(c, space);
        if (rejection != null) {
            return new Decision.Rejected(rejection);
        }
        return new Decision.Accepted(
                reachesKernel
                        ? new KernelTouched(c.space(), c.range(), c.access(), c.privilege())
                        : new RangeTouched(c.space(), c.range(), c.access(), c.privilege()));
    }

    private static @Nullable Rejection denied(TouchRange c, AddressSpace space) {
        Long hole = space.firstHole(c.range());
        if (hole != null) {
            return new Rejection.NotMapped(space.name(), c.range(), hole);
        }
        Rejection[] first = new Rejection[1];
        space.forEachIn(c.range(), region -> first[0] = first[0] != null ? first[0] : denied(c, space, region));
        return first[0];
    }

    private static @Nullable Rejection denied(TouchRange c, AddressSpace space, Region region) {
        if (!region.valid()) {
            return new Rejection.WrongMemory(space.name(), region.range(), "it has been made invalid");
        }
        Permissions permissions = region.attributes().permissions();
        return permissions.allows(c.access(), c.privilege())
                ? null
                : new Rejection.AccessDenied(
                        space.name(), region.range().start(), c.access(), c.privilege(), permissions);
    }
}
