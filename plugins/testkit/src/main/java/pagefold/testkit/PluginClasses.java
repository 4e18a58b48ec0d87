package pagefold.testkit;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.reflect.AccessFlag;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The class files of a plugin. They need the platform and the interfaces of the host, nothing else, and nothing that
 * makes two runs differ or outlives the plugin: no file, clock, chance, thread, or static state that changes.
 */
final class PluginClasses {
    private static final Pattern ALLOWED =
            Pattern.compile("java/(lang|util|io|math|nio|text)/.*|pagefold/(model|table|spi)/.*|org/jspecify/.*");

    private static final Pattern FORBIDDEN = Pattern.compile("java/lang/(Thread|InheritableThreadLocal|Process|Runtime)"
            + "[A-Za-z$]*|java/util/(concurrent|logging|random|prefs)/.*"
            + "|java/util/(Random|SplittableRandom|Timer|TimerTask|UUID|WeakHashMap)"
            + "|java/nio/(file|channels)/.*|java/io/(?!(Unchecked)?IOException$|Serializable$).*");

    private static final Set<String> FORBIDDEN_METHODS = Set.of(
            "java/lang/System.currentTimeMillis",
            "java/lang/System.nanoTime",
            "java/lang/System.identityHashCode",
            "java/lang/Math.random");

    private PluginClasses() {}

    /** What is wrong with the classes that lie where a class of the plugin does, in the same jar or directory. */
    static Set<String> complaints(Class<?> plugin) throws IOException, URISyntaxException {
        CodeSource source = plugin.getProtectionDomain().getCodeSource();
        if (source == null) {
            throw new IllegalArgumentException("expected " + plugin + " in a jar or a directory, but it is in neither");
        }
        Path place = Path.of(source.getLocation().toURI());
        if (Files.isDirectory(place)) {
            return complaints(place);
        }
        try (FileSystem jar = FileSystems.newFileSystem(URI.create("jar:" + place.toUri()), java.util.Map.of())) {
            return complaints(jar.getPath("/"));
        }
    }

    private static Set<String> complaints(Path root) throws IOException {
        List<ClassModel> types = new ArrayList<>();
        Set<String> own = new TreeSet<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".class")).toList()) {
                ClassModel type = ClassFile.of().parse(Files.readAllBytes(file));
                types.add(type);
                own.add(type.thisClass().asInternalName());
            }
        }
        Set<String> found = new TreeSet<>();
        types.forEach(type -> judge(type, own, found));
        return found;
    }

    private static void judge(ClassModel type, Set<String> own, Set<String> found) {
        String name = type.thisClass().asInternalName();
        type.fields().stream()
                .filter(field ->
                        field.flags().has(AccessFlag.STATIC) && !field.flags().has(AccessFlag.FINAL))
                .forEach(field -> found.add(name + " has the static field " + field.fieldName() + " that changes"));
        for (PoolEntry entry : type.constantPool()) {
            if (entry instanceof ClassEntry used) {
                String needed = element(used.asInternalName());
                boolean isGood = own.contains(needed)
                        || ALLOWED.matcher(needed).matches()
                                && !FORBIDDEN.matcher(needed).matches();
                if (!isGood && !type.isModuleInfo() && !needed.isEmpty()) {
                    found.add(name + " needs " + needed);
                }
            } else if (entry instanceof MemberRefEntry used) {
                String method =
                        used.owner().asInternalName() + "." + used.name().stringValue();
                if (FORBIDDEN_METHODS.contains(method)) {
                    found.add(name + " calls " + method);
                }
            }
        }
    }

    /** The class of the elements of an array type; empty for those of numbers. */
    private static String element(String internalName) {
        if (!internalName.startsWith("[")) {
            return internalName;
        }
        String type = internalName.substring(internalName.lastIndexOf('[') + 1);
        return type.startsWith("L") ? type.substring(1, type.length() - 1) : "";
    }
}
