/** The arm32 architecture plugin. */
@SuppressWarnings("module") // the name ends in the architecture's digits
module pagefold.arm32 {
    requires static transitive org.jspecify;
    requires pagefold.api;
}
