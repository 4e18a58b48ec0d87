package pagefold.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server carries the architecture plugins as jars and never sees their classes. */
final class PackagingTest {

    @ParameterizedTest
    @ValueSource(strings = {"arm32", "arm64"})
    void the_plugins_are_resources_and_off_the_class_path(String architecture) throws IOException {
        URL jar = PackagingTest.class.getResource("/plugins/pagefold-" + architecture + ".jar");
        String type = "pagefold/" + architecture + "/package-info.class";

        assertThat(jar).isNotNull();
        try (var plugin = new URLClassLoader(new URL[] {jar}, ClassLoader.getPlatformClassLoader())) {
            assertThat(plugin.getResource(type)).isNotNull();
        }
        assertThat(PackagingTest.class.getResource("/" + type)).isNull();
    }
}
