/** The arm32 architecture plugin. */
@SuppressWarnings("module") // the name ends in the architecture's digits
module pagefold.arm32 {
    requires static transitive org.jspecify;
    requires pagefold.api;

    provides pagefold.spi.ArchitecturePlugin with
            pagefold.arm32.Arm32Plugin;
}
