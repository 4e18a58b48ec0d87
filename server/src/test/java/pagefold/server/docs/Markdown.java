package pagefold.server.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A file of the documentation.
 *
 * @param path of the file
 * @param text all of it
 */
public record Markdown(Path path, String text) {
    private static final Set<String> SKIPPED = Set.of("target", ".git", "data", "node_modules");
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```([^\\n]*)\\n(.*?)^```$");
    private static final Pattern LINK = Pattern.compile("\\[[^\\]]*]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");

    /** The directory of the whole project. */
    public static Path root() {
        Path directory = Path.of("").toAbsolutePath();
        while (directory != null && !Files.exists(directory.resolve("README.md"))) {
            directory = directory.getParent();
        }
        if (directory == null) {
            throw new IllegalStateException("expected a README.md above the working directory, but there is none");
        }
        return directory;
    }

    /** A file of the project. */
    public static Markdown read(String path) {
        return read(root().resolve(path));
    }

    private static Markdown read(Path path) {
        try {
            return new Markdown(path, Files.readString(path));
        } catch (IOException e) {
            throw new UncheckedIOException("expected to read " + path + ", but it failed", e);
        }
    }

    /** All files of the documentation. */
    static List<Markdown> all() throws IOException {
        return below(root()).stream().map(Markdown::read).toList();
    }

    private static List<Path> below(Path directory) throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> entries = Files.list(directory)) {
            for (Path entry : entries.sorted().toList()) {
                String name = entry.getFileName().toString();
                if (Files.isDirectory(entry) && !SKIPPED.contains(name)) {
                    files.addAll(below(entry));
                } else if (name.endsWith(".md")) {
                    files.add(entry);
                }
            }
        }
        return files;
    }

    /** The blocks with a label. */
    public List<String> blocks(String label) {
        List<String> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            if (matcher.group(1).strip().equals(label)) {
                blocks.add(matcher.group(2));
            }
        }
        return blocks;
    }

    /** The rows of the table with that head, cell by cell. */
    List<List<String>> rows(String head) {
        List<String> lines = text.lines().toList();
        int start = lines.indexOf(head);
        if (start < 0) {
            throw new IllegalStateException("expected a table '" + head + "' in " + path + ", but there is none");
        }
        return lines.stream()
                .skip(start + 2L)
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> Arrays.stream(line.substring(1).split("\\|"))
                        .map(String::strip)
                        .toList())
                .toList();
    }

    /** What the links of the text lead to, those into the web left out. */
    List<String> links() {
        return LINK.matcher(BLOCK.matcher(text).replaceAll(""))
                .results()
                .map(link -> link.group(1))
                .filter(target -> !target.matches("[a-z]+:.*"))
                .toList();
    }

    /** The headings as links name them. */
    Set<String> anchors() {
        return HEADING.matcher(text)
                .results()
                .map(heading -> heading.group(1).toLowerCase(java.util.Locale.ROOT))
                .map(heading -> heading.replaceAll("[^a-z0-9 _-]", "").replace(' ', '-'))
                .collect(Collectors.toSet());
    }

    /** What stands between backquotes in a text. */
    static List<String> quoted(String cell) {
        return Pattern.compile("`([^`]+)`")
                .matcher(cell)
                .results()
                .map(match -> match.group(1))
                .toList();
    }
}
