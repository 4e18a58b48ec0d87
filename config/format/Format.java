import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.ImportOrderer;
import com.palantir.javaformat.java.JavaFormatterOptions;
import com.palantir.javaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Checks or applies palantir-java-format to every Java file below a directory.
 *
 * <p>The formatter reads Java with the javac of the JDK that it runs on. Spotless runs it inside Maven, and Maven may run
 * on a JDK that does not know the language of these sources yet; so this program runs on the tool chain's JDK instead.
 */
public final class Format {

    private static final Set<String> SKIPPED = Set.of("target", ".git", "data");

    private Format() {}

    public static void main(String[] args) throws IOException {
        if (args.length != 2 || !Set.of("check", "apply").contains(args[0])) {
            System.err.println("usage: Format check|apply DIRECTORY");
            System.exit(2);
        }
        boolean apply = args[0].equals("apply");
        Path root = Path.of(args[1]).toAbsolutePath().normalize();
        Formatter formatter = Formatter.createFormatter(JavaFormatterOptions.builder()
                .style(JavaFormatterOptions.Style.PALANTIR)
                .build());

        int wrong = 0;
        for (Path file : javaFilesBelow(root)) {
            String is = Files.readString(file);
            String should;
            try {
                should = format(formatter, is);
            } catch (FormatterException e) {
                System.err.println(root.relativize(file) + ": does not parse: " + e.getMessage());
                wrong++;
                continue;
            }
            if (is.lines().anyMatch(line -> line.startsWith("import ") && line.endsWith(".*;"))) {
                System.err.println(root.relativize(file) + ": imports with a wildcard; name the classes");
                wrong++;
            }
            if (should.equals(is)) {
                continue;
            }
            if (apply) {
                Files.writeString(file, should);
                System.err.println(root.relativize(file) + ": formatted");
            } else {
                System.err.println(root.relativize(file) + ":" + firstDifference(is, should) + ": not formatted");
                wrong++;
            }
        }
        if (wrong > 0) {
            System.err.println(wrong + " files are not formatted; run ./format and look at what it changed.");
            System.exit(1);
        }
    }

    private static String format(Formatter formatter, String source) throws FormatterException {
        String withoutUnused = RemoveUnusedImports.removeUnusedImports(source);
        String ordered = ImportOrderer.reorderImports(withoutUnused, JavaFormatterOptions.Style.PALANTIR);
        return formatter.formatSource(ordered);
    }

    private static int firstDifference(String is, String should) {
        List<String> left = is.lines().toList();
        List<String> right = should.lines().toList();
        int line = 0;
        while (line < left.size() && line < right.size() && left.get(line).equals(right.get(line))) {
            line++;
        }
        return line + 1;
    }

    private static List<Path> javaFilesBelow(Path root) throws IOException {
        List<Path> files = new ArrayList<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                boolean skip = SKIPPED.contains(directory.getFileName().toString()) && !isSource(directory);
                return skip ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.toString().endsWith(".java")) {
                    files.add(file);
                }
                return FileVisitResult.CONTINUE;
            }

            private boolean isSource(Path directory) {
                return root.relativize(directory)
                        .toString()
                        .contains("src" + directory.getFileSystem().getSeparator());
            }
        });
        files.sort(null);
        return files;
    }
}
