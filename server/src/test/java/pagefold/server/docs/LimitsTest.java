package pagefold.server.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of limits in the README. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LimitsTest {
    private static final String HEAD = "| limit | value | where |";

    private ClassLoader classes = LimitsTest.class.getClassLoader();

    /** The architectures' classes are not on the class path: they are in jars that are resources. */
    @BeforeAll
    void seeThePlugins() {
        ClassLoader server = LimitsTest.class.getClassLoader();
        URL plugin = server.getResource("plugins/pagefold-arm64.jar");
        assertThat(plugin).isNotNull();
        classes = new URLClassLoader(new URL[] {plugin}, server);
    }

    static List<List<String>> limits() {
        return Markdown.read("README.md").rows(HEAD);
    }

    @ParameterizedTest
    @MethodSource("limits")
    void a_limit_is_the_constant_that_it_names(List<String> row) throws ReflectiveOperationException {
        String constant = Markdown.quoted(row.get(2)).getFirst();

        assertThat(value(constant)).as(row.get(0)).isEqualTo(number(row.get(1)));
    }

    /** The value of {@code package.Class.CONSTANT}, or of a component of that constant. */
    private long value(String constant) throws ReflectiveOperationException {
        List<String> parts = List.of(constant.split("\\."));
        int type = 0;
        while (Character.isLowerCase(parts.get(type).charAt(0))) {
            type++;
        }
        Field field = Class.forName(String.join(".", parts.subList(0, type + 1)), false, classes)
                .getDeclaredField(parts.get(type + 1));
        field.setAccessible(true);
        Object value = field.get(null);
        for (String component : parts.subList(type + 2, parts.size())) {
            value = value.getClass().getMethod(component).invoke(value);
        }
        return ((Number) value).longValue();
    }

    /** {@code 65,536} or {@code 64K}. */
    private static long number(String text) {
        int unit = "KMG".indexOf(text.charAt(text.length() - 1)) + 1;
        String digits = unit == 0 ? text : text.substring(0, text.length() - 1);
        return Long.parseLong(digits.replace(",", "")) << 10 * unit;
    }
}
