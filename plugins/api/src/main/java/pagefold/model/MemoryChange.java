package pagefold.model;

/** What Linux's set_memory_* and set_direct_map_* functions do to kernel memory (arch/arm64/mm/pageattr.c). */
public enum MemoryChange {
    /** {@code set_memory_ro}. */
    READ_ONLY("ro"),
    /** {@code set_memory_rw}. */
    READ_WRITE("rw"),
    /** {@code set_memory_x} of a kernel without branch target identification. */
    EXECUTE("x"),
    /** {@code set_memory_x} of a kernel with it: indirect branches must land on branch targets. */
    EXECUTE_GUARDED("x-guarded"),
    /** {@code set_memory_nx}. */
    NO_EXECUTE("nx"),
    /** {@code set_memory_valid} with 1. */
    VALID("valid"),
    /** {@code set_memory_valid} with 0, {@code set_direct_map_invalid_noflush}: all stays but the Valid bit. */
    INVALID("invalid"),
    /** {@code set_direct_map_default_noflush}: valid and writable. */
    DIRECT_MAP_DEFAULT("direct-map-default");

    private final String text;

    MemoryChange(String text) {
        this.text = text;
    }

    /** The name on the wire and in messages. */
    public String text() {
        return text;
    }

    /** Whether a kernel that protects its read-only data everywhere makes the same change to the linear alias. */
    public boolean reachesAliases() {
        return this == READ_ONLY || this == READ_WRITE;
    }

    /** The region after the change. */
    Region applied(Region region) {
        Attributes attributes = region.attributes();
        Permissions old = attributes.permissions();
        return switch (this) {
            case READ_ONLY -> region.withAttributes(attributes.withPermissions(old.readOnly()));
            case READ_WRITE -> region.withAttributes(attributes.withPermissions(writable(old)));
            case EXECUTE -> region.withAttributes(attributes.withPermissions(executable(old, true)));
            case EXECUTE_GUARDED ->
                region.withAttributes(
                        attributes.withPermissions(executable(old, true)).withGuarded(true));
            case NO_EXECUTE ->
                region.withAttributes(
                        attributes.withPermissions(executable(old, false)).withGuarded(false));
            case VALID -> region.withValid(true);
            case INVALID -> region.withValid(false);
            case DIRECT_MAP_DEFAULT ->
                region.withAttributes(attributes.withPermissions(writable(old))).withValid(true);
        };
    }

    /** One bit says for all who may read that they may write. */
    private static Permissions writable(Permissions old) {
        boolean unprivileged = old.allows(Access.READ, Privilege.UNPRIVILEGED);
        return old.with(Access.WRITE, Privilege.PRIVILEGED, true)
                .with(Access.WRITE, Privilege.UNPRIVILEGED, unprivileged);
    }

    private static Permissions executable(Permissions old, boolean granted) {
        return old.with(Access.EXECUTE, Privilege.PRIVILEGED, granted);
    }
}
