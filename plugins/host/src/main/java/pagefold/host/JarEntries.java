package pagefold.host;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Reads the files of a jar from its bytes, within limits. */
final class JarEntries {
    /** Largest jar, in bytes. */
    static final int MAX_JAR_BYTES = 64 << 20;
    /** Most bytes of all files of a jar together, expanded. */
    static final int MAX_EXPANDED_BYTES = 256 << 20;
    /** Most files in a jar. */
    static final int MAX_ENTRIES = 10_000;

    private JarEntries() {}

    /**
     * The files by name.
     *
     * @throws IllegalArgumentException when it is no jar, or one beyond a limit
     */
    static Map<String, byte[]> read(byte[] jar) {
        if (jar.length > MAX_JAR_BYTES) {
            throw new IllegalArgumentException(
                    "expected a plugin jar of at most " + MAX_JAR_BYTES + " bytes, but it has " + jar.length);
        }
        Map<String, byte[]> entries = new HashMap<>();
        int left = MAX_EXPANDED_BYTES;
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(jar))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (entry.isDirectory()) {
                    continue;
                }
                byte[] bytes = zip.readNBytes(left + 1);
                left -= bytes.length;
                if (left < 0 || entries.size() == MAX_ENTRIES) {
                    throw new IllegalArgumentException("expected a plugin jar of at most " + MAX_ENTRIES + " files and "
                            + MAX_EXPANDED_BYTES + " bytes expanded, but it has more");
                }
                if (entries.put(entry.getName(), bytes) != null) {
                    throw new IllegalArgumentException(
                            "expected every file once in a plugin jar, but '" + entry.getName() + "' is there twice");
                }
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("expected a plugin jar, but it cannot be read: " + e.getMessage(), e);
        }
        if (entries.isEmpty()) {
            throw new IllegalArgumentException("expected a plugin jar, but it is empty or no jar at all");
        }
        return entries;
    }
}
