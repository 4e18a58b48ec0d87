package pagefold.server.plugins;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pagefold.host.LoadedPlugin;
import pagefold.host.PluginHost;
import pagefold.host.Trust;

/** The jars that were added to a server, with their signatures beside them. */
public final class PluginDirectory {
    /** Largest file with a public key, in bytes. */
    public static final int MAX_KEY_BYTES = 16 << 10;

    private static final Logger LOG = LoggerFactory.getLogger(PluginDirectory.class);
    private static final String JAR = ".jar";
    private static final String SIGNATURE = ".sig";

    private final Path directory;

    /** A directory, which need not be there yet. */
    public PluginDirectory(Path directory) {
        this.directory = directory;
    }

    /**
     * Reads the public keys of a directory: every {@code NAME.pem} is one, trusted under that name.
     *
     * @throws IOException when the directory or a key cannot be read
     */
    public static Map<String, PublicKey> keys(Path directory) throws IOException {
        Map<String, PublicKey> keys = new TreeMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.pem")) {
            for (Path file : files) {
                if (Files.size(file) > MAX_KEY_BYTES) {
                    throw new IOException("expected a public key of at most " + MAX_KEY_BYTES + " bytes in " + file);
                }
                String name = String.valueOf(file.getFileName());
                try {
                    keys.put(
                            name.substring(0, name.length() - ".pem".length()),
                            Trust.publicKey(Files.readString(file, StandardCharsets.US_ASCII)));
                } catch (IllegalArgumentException e) {
                    throw new IOException(file + ": " + e.getMessage(), e);
                }
            }
        }
        return keys;
    }

    /** Loads all jars, by name; one that cannot be loaded is told of in the log and passed over. */
    public void loadInto(PluginHost host) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        List<Path> jars = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + JAR)) {
            files.forEach(jars::add);
        }
        jars.sort(null);
        for (Path jar : jars) {
            try {
                Path signature = signature(jar);
                byte[] signed = Files.exists(signature) ? limited(signature, Trust.SIGNATURE_BYTES) : null;
                var unused = host.load(host.read(limited(jar, PluginHost.MAX_JAR_BYTES), signed));
            } catch (IllegalArgumentException e) {
                LOG.error("the plugin jar {} is not loaded: {}", jar, e.getMessage());
            }
        }
    }

    private static byte[] limited(Path file, int limit) throws IOException {
        try (var in = Files.newInputStream(file)) {
            return in.readNBytes(limit + 1);
        }
    }

    private static Path signature(Path jar) {
        return jar.resolveSibling(jar.getFileName() + SIGNATURE);
    }

    /**
     * Keeps a jar that was loaded.
     *
     * @throws IOException when it cannot be written; nothing is kept then
     */
    void keep(LoadedPlugin plugin, byte[] jar, byte @Nullable [] signature) throws IOException {
        Files.createDirectories(directory);
        Path file = file(plugin);
        if (signature != null) {
            write(signature(file), signature);
        }
        write(file, jar);
    }

    private static void write(Path file, byte[] bytes) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Files.write(part, bytes);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Forgets a jar, wherever it came from; whether it was here. */
    boolean forget(LoadedPlugin plugin) throws IOException {
        Path file = file(plugin);
        boolean was = Files.deleteIfExists(file);
        Files.deleteIfExists(signature(file));
        return was;
    }

    private Path file(LoadedPlugin plugin) {
        return directory.resolve(plugin.id() + "-" + plugin.version() + JAR);
    }
}
