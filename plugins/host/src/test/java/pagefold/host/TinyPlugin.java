package pagefold.host;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/** Compiles a plugin in memory, so that no class of it is on the class path of the tests. */
final class TinyPlugin {
    static final String SERVICE_FILE = "META-INF/services/pagefold.spi.ArchitecturePlugin";

    private static final String SOURCE = """
            package tiny;
            import java.util.*;
            import pagefold.model.*;
            import pagefold.spi.*;
            import pagefold.table.*;
            public class Plugin implements ArchitecturePlugin {
                public String id() { return "tiny"; }
                public String version() { return "VERSION"; }
                public List<Profile> profiles() {
                    return List.of(new Profile("flat", "One table", 12, 48, 48, Set.of(Capability.USER_SPACE)));
                }
                public PageTableModel newModel(String profile, PluginBinding.Coarsening coarsening) { return new Model(); }
                public CapturedMachine capture(Capture capture) { throw new IllegalArgumentException("no captures"); }
                public static class Model implements PageTableModel {
                    private long steps;
                    public Refusal check(List<Step> all) { return null; }
                    public void apply(Step step, TableListener listener) { steps++; }
                    public long translate(String space, long address, Access access, Privilege privilege) { return steps; }
                    public Walk walk(String space, long address, Access access, Privilege privilege) {
                        return new Walk(address, List.of(), new Walk.Faulted(FaultKind.TRANSLATION, 0, 1));
                    }
                    public void dump(String space, Appendable out) {}
                    public List<TableView> tables(String space) { return List.of(); }
                    public void mappings(String space, MappingSink sink) {}
                    public TableView table(long address) { return null; }
                    public ModelStatistics statistics() { return new ModelStatistics(List.of(), 0, 0); }
                    public AddressRange inputRange(String space) { return new AddressRange(0, -1); }
                    public void image(ImageSink sink) {}
                }
                public static class Echo implements OperationReplay {
                    public String format() { return "echo"; }
                    public void replay(Iterable<String> lines, Appendable out) throws java.io.IOException {
                        for (String line : lines) {
                            out.append("VERSION ").append(line);
                        }
                    }
                }
                public static boolean sees(String name) {
                    try {
                        Class.forName(name, false, Plugin.class.getClassLoader());
                        return true;
                    } catch (ClassNotFoundException e) {
                        return false;
                    }
                }
            }
            """;

    private TinyPlugin() {}

    static byte[] jar(String version) throws IOException {
        Map<String, byte[]> files = compile("tiny.Plugin", SOURCE.replace("VERSION", version));
        files.put(SERVICE_FILE, "tiny.Plugin\n".getBytes());
        files.put("META-INF/services/pagefold.spi.OperationReplay", "tiny.Plugin$Echo\n".getBytes());
        return pack(files);
    }

    static byte[] pack(Map<String, byte[]> files) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JarOutputStream jar = new JarOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                jar.putNextEntry(new JarEntry(file.getKey()));
                jar.write(file.getValue());
                jar.closeEntry();
            }
        }
        return bytes.toByteArray();
    }

    private static Map<String, byte[]> compile(String name, String source) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        try (InMemory files = new InMemory(compiler.getStandardFileManager(diagnostics, null, null))) {
            JavaFileObject unit =
                    new SimpleJavaFileObject(
                            URI.create("string:///" + name.replace('.', '/') + ".java"), JavaFileObject.Kind.SOURCE) {
                        @Override
                        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                            return source;
                        }
                    };
            List<String> options = List.of("-proc:none", "-classpath", System.getProperty("java.class.path"));
            if (!compiler.getTask(null, files, diagnostics, options, null, List.of(unit))
                    .call()) {
                throw new IllegalStateException("the plugin does not compile: " + diagnostics.getDiagnostics());
            }
            Map<String, byte[]> classes = new HashMap<>();
            files.written.forEach((type, out) -> classes.put(type.replace('.', '/') + ".class", out.toByteArray()));
            return classes;
        }
    }

    private static final class InMemory extends ForwardingJavaFileManager<JavaFileManager> {
        private final Map<String, ByteArrayOutputStream> written = new HashMap<>();

        InMemory(JavaFileManager files) {
            super(files);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                Location location, String type, JavaFileObject.Kind kind, FileObject sibling) {
            if (location != StandardLocation.CLASS_OUTPUT) {
                throw new IllegalArgumentException("expected classes only, but found " + location);
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            written.put(type, out);
            return new SimpleJavaFileObject(URI.create("memory:///" + type), kind) {
                @Override
                public OutputStream openOutputStream() {
                    return out;
                }
            };
        }
    }
}
