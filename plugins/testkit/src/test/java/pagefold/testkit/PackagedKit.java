package pagefold.testkit;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/**
 * The kit as a plugin's author has it: the jars that the build made and those that their poms name, and no directory of
 * classes. A project is compiled apart and run there.
 */
final class PackagedKit implements AutoCloseable {
    /** The project of the sample, which is no module of the build. */
    static final Path SAMPLE = Path.of("..", "sample");

    private static final String TEST = "sample.SampleConformanceTest";
    private static final String RUN = KitRun.class.getName().replace('.', '/');

    private final Path directory;
    private final URLClassLoader jars;
    private int projects;

    PackagedKit(Path directory) throws IOException {
        this.directory = directory;
        List<URL> urls = new ArrayList<>();
        for (Path jar : jars()) {
            urls.add(jar.toUri().toURL());
        }
        // Besides JUnit's own classes this is the one that a launcher consists of.
        Map<String, byte[]> launcher = Map.of(RUN + ".class", bytes(RUN), RUN + "$1.class", bytes(RUN + "$1"));
        urls.add(write("launcher.jar", PluginSources.pack(launcher)));
        this.jars = new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    }

    private static byte[] bytes(String type) throws IOException {
        try (InputStream in = PackagedKit.class.getResourceAsStream("/" + type + ".class")) {
            return Objects.requireNonNull(in, type).readAllBytes();
        }
    }

    /** What the kit's pom brings, with this module's own jar in the place of its classes. */
    static List<Path> jars() throws IOException {
        List<Path> jars = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path path = Path.of(entry);
            if (entry.endsWith(".jar")) {
                jars.add(path);
            } else if (path.endsWith(Path.of("target", "classes"))) {
                jars.add(packaged(path.getParent()));
            }
        }
        return jars;
    }

    private static Path packaged(Path target) throws IOException {
        try (Stream<Path> files = Files.list(target)) {
            return files.filter(file -> file.getFileName().toString().matches("pagefold-[a-z]+-[0-9].*\\.jar"))
                    .findFirst()
                    .orElseThrow(
                            () -> new IllegalStateException("expected a jar in " + target + ", but there is none"));
        }
    }

    private URL write(String name, byte[] bytes) throws IOException {
        return Files.write(directory.resolve(name), bytes).toUri().toURL();
    }

    /** The sources of the sample with its conformance test. */
    static PluginSources sample() throws IOException {
        return PluginSources.of(SAMPLE).withTests(SAMPLE).against(jars());
    }

    /**
     * Compiles a form of the sample and runs its conformance test.
     *
     * @param method name of one test, or empty for all
     * @return the tests that ran, with the failures of each
     */
    @SuppressWarnings("unchecked")
    Map<String, List<String>> run(PluginSources project, String method) throws Exception {
        Map<String, byte[]> plugin = new TreeMap<>(project.compiled());
        Map<String, byte[]> test = new TreeMap<>(plugin);
        plugin.keySet().removeIf(name -> name.contains("ConformanceTest"));
        test.keySet().removeAll(plugin.keySet());
        int number = projects++;
        URL[] built = {
            write("plugin" + number + ".jar", PluginSources.pack(plugin)),
            write("test" + number + ".jar", PluginSources.pack(test))
        };
        try (URLClassLoader loader = new URLClassLoader(built, jars)) {
            var run = (BiFunction<Class<?>, String, Map<String, List<String>>>)
                    jars.loadClass(KitRun.class.getName()).getConstructor().newInstance();
            return run.apply(loader.loadClass(TEST), method);
        }
    }

    /** Whether the jars have a class. */
    boolean has(String type) {
        return jars.getResource(type.replace('.', '/') + ".class") != null;
    }

    @Override
    public void close() throws IOException {
        jars.close();
    }
}
