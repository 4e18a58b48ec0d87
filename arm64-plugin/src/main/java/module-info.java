/** The arm64 architecture plugin. */
@SuppressWarnings("module") // the name ends in the architecture's digits
module pagefold.arm64 {
    requires static transitive org.jspecify;
    requires pagefold.api;
}
