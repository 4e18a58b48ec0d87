/** Finds, isolates and swaps architecture plugins. */
module pagefold.host {
    requires static org.jspecify;
    requires transitive io.vertx.core;
    requires org.slf4j;
    requires transitive pagefold.api;

    exports pagefold.host;
}
