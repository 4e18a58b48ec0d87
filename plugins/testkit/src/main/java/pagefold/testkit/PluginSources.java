package pagefold.testkit;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * The sources of a plugin, from which jars are made: with another version, or with a fault that a test is to find.
 *
 * <p>A jar has the classes of {@code src/main/java} and the files of {@code src/main/resources}, and so no class of the
 * plugin needs to be on the class path of a test.
 */
public final class PluginSources {
    private static final String JAVA = ".java";

    /** Texts by the name in the jar, sources with {@code .java}. */
    private final Map<String, String> files;

    private final String classPath;

    private PluginSources(Map<String, String> files, String classPath) {
        this.files = files;
        this.classPath = classPath;
    }

    /**
     * Reads {@code src/main} of a project.
     *
     * @param project its directory
     */
    public static PluginSources of(Path project) {
        return new PluginSources(new TreeMap<>(), System.getProperty("java.class.path")).and(project, "main");
    }

    /** The same with {@code src/test}. */
    public PluginSources withTests(Path project) {
        return and(project, "test");
    }

    private PluginSources and(Path project, String part) {
        Map<String, String> more = new TreeMap<>(files);
        for (String folder : List.of("java", "resources")) {
            Path root = project.resolve("src").resolve(part).resolve(folder);
            try (Stream<Path> found = Files.exists(root) ? Files.walk(root) : Stream.empty()) {
                for (Path file : found.filter(Files::isRegularFile).toList()) {
                    more.put(root.relativize(file).toString().replace('\\', '/'), Files.readString(file));
                }
            } catch (IOException e) {
                throw new UncheckedIOException("expected the sources of a plugin in " + root, e);
            }
        }
        return new PluginSources(more, classPath);
    }

    /** The same, to be compiled against other classes than those of the test. */
    public PluginSources against(List<Path> jars) {
        return new PluginSources(
                files, jars.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)));
    }

    /** The same with another file. */
    public PluginSources with(String name, String text) {
        Map<String, String> more = new TreeMap<>(files);
        more.put(name, text);
        return new PluginSources(more, classPath);
    }

    /**
     * The same with another text in one place.
     *
     * @throws IllegalArgumentException when a file has the old text not exactly once, or there is no such file
     */
    public PluginSources replacing(String name, String old, String text) {
        String whole = files.getOrDefault(name, "");
        int at = whole.indexOf(old);
        if (at < 0 || whole.indexOf(old, at + 1) >= 0) {
            throw new IllegalArgumentException("expected '" + old + "' once in " + name + ", but it is there "
                    + (at < 0 ? "never" : "more than once"));
        }
        return with(name, whole.substring(0, at) + text + whole.substring(at + old.length()));
    }

    /**
     * Compiles the sources, warnings being errors.
     *
     * @return the entries of a jar by name
     * @throws IllegalArgumentException when they do not compile; the sentence has what the compiler says
     */
    public Map<String, byte[]> compiled() {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> said = new DiagnosticCollector<>();
        Map<String, byte[]> entries = new TreeMap<>();
        List<JavaFileObject> units = new ArrayList<>();
        files.forEach((name, text) -> {
            if (name.endsWith(JAVA)) {
                units.add(new Source(name, text));
            } else {
                entries.put(name, text.getBytes(StandardCharsets.UTF_8));
            }
        });
        try (InMemory written = new InMemory(compiler.getStandardFileManager(said, null, null), entries)) {
            if (!compiler.getTask(null, written, said, options(), null, units).call()) {
                throw new IllegalArgumentException("the plugin does not compile: " + said.getDiagnostics());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("expected a compiler that can read the class path", e);
        }
        return entries;
    }

    private List<String> options() {
        String release = Integer.toString(Runtime.version().feature());
        return List.of("-proc:none", "--release", release, "-Xlint:all,-path", "-Werror", "-classpath", classPath);
    }

    /** The bytes of the jar. */
    public byte[] jar() {
        return pack(compiled());
    }

    /** The bytes of a jar with these entries. */
    public static byte[] pack(Map<String, byte[]> entries) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JarOutputStream jar = new JarOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> entry : new TreeMap<>(entries).entrySet()) {
                jar.putNextEntry(new JarEntry(entry.getKey()));
                jar.write(entry.getValue());
                jar.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("expected no error of a jar in memory", e);
        }
        return bytes.toByteArray();
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String name, String text) {
            super(URI.create("string:///" + name), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    private static final class InMemory extends ForwardingJavaFileManager<JavaFileManager> {
        private final Map<String, byte[]> entries;

        InMemory(JavaFileManager files, Map<String, byte[]> entries) {
            super(files);
            this.entries = entries;
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                Location location, String type, JavaFileObject.Kind kind, FileObject sibling) {
            String name = type.replace('.', '/') + kind.extension;
            return new SimpleJavaFileObject(URI.create("memory:///" + name), kind) {
                @Override
                public OutputStream openOutputStream() {
                    return new ByteArrayOutputStream() {
                        @Override
                        public void close() {
                            entries.put(name, toByteArray());
                        }
                    };
                }
            };
        }
    }
}
