package pagefold.server.history;

import org.jspecify.annotations.Nullable;
import pagefold.model.Access;
import pagefold.model.MemoryType;
import pagefold.model.Permissions;
import pagefold.model.Privilege;
import pagefold.model.Region;

/** What a history is searched for. It need not last: it may hold, cease to hold, and hold again. */
public sealed interface Condition {

    /** The only space that is looked at; {@code null} for all. */
    @Nullable
    String space();

    /** An access to an address of a space. */
    record Target(String space, long address, Access access, Privilege privilege) {}

    /** A condition on an access. */
    sealed interface OfAccess extends Condition {
        Target target();

        @Override
        default String space() {
            return target().space();
        }
    }

    /**
     * The access is granted.
     *
     * @param output and leads to this address; {@code null} for any
     * @param permissions and the tables grant exactly these; {@code null} for any
     */
    record Granted(
            Target target, @Nullable Long output, @Nullable Permissions permissions) implements OfAccess {}

    /**
     * The access ends otherwise than at the first position that is looked at: granted or not, with another output, or
     * with another fault, level or stage; or the space has come or gone.
     */
    record Changed(Target target) implements OfAccess {}

    /** A condition on a region that translates; it holds when there is one. */
    sealed interface OfRegion extends Condition {
        /** Whether a region meets it. */
        boolean isMet(Region region);
    }

    /** A region that some privilege may write and execute. */
    record WritableExecutable(@Nullable String space) implements OfRegion {
        @Override
        public boolean isMet(Region region) {
            return region.valid() && region.attributes().permissions().isWritableAndExecutable();
        }
    }

    /** A region with exactly these permissions, this memory type, or both. */
    record WithAttributes(
            @Nullable String space,
            @Nullable Permissions permissions,
            @Nullable MemoryType memoryType) implements OfRegion {
        public WithAttributes {
            if (permissions == null && memoryType == null) {
                throw new IllegalArgumentException("expected permissions, a memory type, or both, but there are none");
            }
        }

        @Override
        public boolean isMet(Region region) {
            return region.valid()
                    && (permissions == null
                            || permissions.equals(region.attributes().permissions()))
                    && (memoryType == null || memoryType == region.attributes().memoryType());
        }
    }
}
