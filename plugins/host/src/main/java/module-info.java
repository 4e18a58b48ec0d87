/** Finds, isolates and swaps architecture plugins. */
module pagefold.host {
    requires static transitive org.jspecify;
    requires org.slf4j;
    requires transitive pagefold.api;

    exports pagefold.host;

    uses pagefold.spi.ArchitecturePlugin;
    uses pagefold.spi.OperationReplay;
}
