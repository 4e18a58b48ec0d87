package pagefold.host;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import pagefold.testkit.PluginSources;

/** The sample plugin as a jar, with a replay that says what classes it sees. */
final class SampleJars {
    static final String SERVICE_FILE = "META-INF/services/pagefold.spi.ArchitecturePlugin";

    private static final String ECHO = """
            package sample;

            import java.io.IOException;
            import pagefold.spi.OperationReplay;

            public final class Echo implements OperationReplay {
                @Override
                public String format() {
                    return "echo";
                }

                @Override
                public void replay(Iterable<String> names, Appendable out) throws IOException {
                    for (String name : names) {
                        out.append(new SamplePlugin().version()).append(' ').append(name).append(' ');
                        out.append(Boolean.toString(sees(name))).append('\\n');
                    }
                }

                private static boolean sees(String name) {
                    try {
                        Class.forName(name, false, Echo.class.getClassLoader());
                        return true;
                    } catch (ClassNotFoundException e) {
                        return false;
                    }
                }
            }
            """;

    private static final Map<String, byte[]> JARS = new HashMap<>();

    private SampleJars() {}

    /** The jar of a version; the same bytes each time. */
    static synchronized byte[] of(String version) {
        return JARS.computeIfAbsent(version, SampleJars::compiled).clone();
    }

    private static byte[] compiled(String version) {
        return PluginSources.of(Path.of("..", "sample"))
                .replacing("sample/SamplePlugin.java", "return \"1.0\";", "return \"" + version + "\";")
                .with("sample/Echo.java", ECHO)
                .with("META-INF/services/pagefold.spi.OperationReplay", "sample.Echo\n")
                .jar();
    }
}
