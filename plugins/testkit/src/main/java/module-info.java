/** What a plugin author needs to test a plugin. */
module pagefold.testkit {
    requires static transitive org.jspecify;
    requires com.fasterxml.jackson.databind;
    requires java.compiler;
    requires transitive org.assertj.core;
    requires transitive org.junit.jupiter.api;
    requires transitive pagefold.api;

    uses pagefold.spi.ArchitecturePlugin;

    exports pagefold.testkit;
}
