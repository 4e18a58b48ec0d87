/** The arm64 architecture plugin. */
@SuppressWarnings("module") // the name ends in the architecture's digits
module pagefold.arm64 {
    requires static transitive org.jspecify;
    requires transitive pagefold.api;

    provides pagefold.spi.ArchitecturePlugin with
            pagefold.arm64.Arm64Plugin;
    provides pagefold.spi.OperationReplay with
            pagefold.arm64.kvm.KvmReplay;
}
