package pagefold.server.cli;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** Files that users name. Each is read whole, up to a limit. */
final class InputFile {
    /** Largest file, in bytes. */
    static final int MAX_BYTES = 512 << 20;

    private InputFile() {}

    /** The bytes of a file; {@code -} is standard input. */
    static byte[] bytes(String name, int limit) {
        try (InputStream in = name.equals("-") ? System.in : Files.newInputStream(Path.of(name))) {
            return limited(name, in, limit);
        } catch (NoSuchFileException e) {
            throw CliFailure.usage("there is no file " + name);
        } catch (IOException e) {
            throw CliFailure.usage("cannot read " + name + ": " + e.getMessage());
        }
    }

    private static byte[] limited(String name, InputStream in, int limit) throws IOException {
        byte[] bytes = in.readNBytes(limit + 1);
        if (bytes.length > limit) {
            throw CliFailure.usage(name + " has more than " + limit + " bytes");
        }
        return bytes;
    }

    /** The content of a gzip file, limited as well. */
    static byte[] gunzipped(String name, int limit) {
        byte[] packed = bytes(name, limit);
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            return limited(name, in, limit);
        } catch (IOException e) {
            throw CliFailure.usage("cannot unpack " + name + ": " + e.getMessage());
        }
    }

    /** The lines of a text file in UTF-8; what is no UTF-8 shows as replacement characters. */
    static List<String> lines(String name) {
        return lines(name, MAX_BYTES);
    }

    /** The lines of a text file of at most {@code limit} bytes. */
    static List<String> lines(String name, int limit) {
        byte[] bytes = bytes(name, limit);
        var in = new InputStreamReader(new ByteArrayInputStream(bytes), StandardCharsets.UTF_8);
        return new BufferedReader(in).lines().toList();
    }
}
