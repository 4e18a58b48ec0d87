package pagefold.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import pagefold.model.Hex;
import pagefold.spi.Capture;
import pagefold.spi.ElfCore;

/** Reads captured machines: a directory with {@code registers.json} and {@code memory.elf.gz}. */
public final class CaptureReader {
    /** Most bytes of memory that one capture may hold. */
    public static final int MAX_MEMORY_BYTES = 64 << 20;

    private static final JsonMapper JSON = new JsonMapper();

    private CaptureReader() {}

    /**
     * Reads a capture.
     *
     * @throws IllegalArgumentException when a file says something that it cannot mean
     * @throws UncheckedIOException when a file cannot be read
     */
    public static Capture read(Path directory) {
        try {
            JsonNode root = JSON.readTree(directory.resolve("registers.json").toFile());
            return new Capture(
                    root.path("cpu").asText(""),
                    numbers(root.path("registers")),
                    numbers(root.path("layout")),
                    ElfCore.parse(unzip(directory.resolve("memory.elf.gz"))));
        } catch (IOException e) {
            throw new UncheckedIOException("expected a capture in " + directory, e);
        }
    }

    private static Map<String, Long> numbers(JsonNode object) {
        Map<String, Long> numbers = new HashMap<>();
        object.properties()
                .forEach(entry ->
                        numbers.put(entry.getKey(), Hex.parse(entry.getValue().asText())));
        return numbers;
    }

    private static byte[] unzip(Path file) throws IOException {
        try (InputStream zipped = new GZIPInputStream(Files.newInputStream(file))) {
            byte[] content = zipped.readNBytes(MAX_MEMORY_BYTES + 1);
            if (content.length > MAX_MEMORY_BYTES) {
                throw new IllegalArgumentException(
                        "expected at most " + Hex.size(MAX_MEMORY_BYTES) + " of memory, but there is more: " + file);
            }
            return content;
        }
    }

    /**
     * The directories below a test resource whose names begin alike, in the order of their names.
     *
     * @param anchor a class of the module whose resource it is
     * @param resource absolute, as {@code /conformance/walks}
     */
    public static List<Path> directories(Class<?> anchor, String resource, String prefix) {
        try (Stream<Path> found = Files.list(path(anchor, resource))) {
            return found.filter(path -> path.getFileName().toString().startsWith(prefix))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("expected the directory " + resource, e);
        }
    }

    /** A test resource as a path. */
    public static Path path(Class<?> anchor, String resource) {
        URL found = anchor.getResource(resource);
        if (found == null) {
            throw new IllegalArgumentException("expected the resource " + resource + ", but there is none");
        }
        try {
            URI uri = found.toURI();
            return Path.of(uri);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("expected a resource in a directory, but it is " + found, e);
        }
    }
}
