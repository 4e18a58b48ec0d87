/** The neutral model, the table engine and the plugin interfaces. */
module pagefold.api {
    requires static transitive org.jspecify;

    exports pagefold.model;
    exports pagefold.table;
    exports pagefold.table.order;
    exports pagefold.spi;
}
