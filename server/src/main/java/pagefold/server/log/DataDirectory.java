package pagefold.server.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The directory of the log's files, held by one server at a time. */
final class DataDirectory implements AutoCloseable {
    private static final String LOCK_FILE = "pagefold.lock";
    private static final String DATABASE_FILE = "pagefold.db";
    private static final int MAX_HOLDER_BYTES = 200;

    /**
     * Directories that this process holds. Not left to the file lock: on POSIX systems a process loses all its locks on
     * a file when it closes any channel to it, as a refused second attempt would do.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path directory;
    private final FileChannel channel;

    private DataDirectory(Path directory, FileChannel channel) {
        this.directory = directory;
        this.channel = channel;
    }

    /**
     * Makes the directory if it is not there and holds it until {@link #close}.
     *
     * @throws DataDirectoryInUse when somebody else holds it
     * @throws LogUnavailable when it cannot be made or written
     */
    static DataDirectory open(Path path) {
        try {
            Path parent = path.toAbsolutePath().getParent();
            boolean isNew = !Files.exists(path);
            Files.createDirectories(path);
            if (isNew && parent != null) {
                syncDirectory(parent);
            }
            Path directory = path.toRealPath();
            if (!HELD.add(directory)) {
                throw new DataDirectoryInUse(directory.toString(), "this process");
            }
            try {
                return new DataDirectory(directory, lock(directory));
            } catch (IOException | RuntimeException e) {
                HELD.remove(directory);
                throw e;
            }
        } catch (IOException e) {
            throw new LogUnavailable("The data directory " + path + " cannot be used: " + e + ".", e);
        }
    }

    private static FileChannel lock(Path directory) throws IOException {
        Path file = directory.resolve(LOCK_FILE);
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw new DataDirectoryInUse(directory.toString(), holder(channel));
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(("process " + ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8)));
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static String holder(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(MAX_HOLDER_BYTES);
        channel.read(text, 0);
        String holder = new String(text.array(), 0, text.position(), StandardCharsets.UTF_8).strip();
        return holder.isEmpty() ? "another process" : holder;
    }

    /** Makes a new entry of {@code directory} survive a power cut, where the system lets a directory be opened. */
    private static void syncDirectory(Path directory) {
        try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
            entries.force(true);
        } catch (IOException e) {
            // Windows cannot open directories, and needs no such thing: it journals its directory entries.
            return;
        }
    }

    /** The database's file. */
    Path database() {
        return directory.resolve(DATABASE_FILE);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new LogUnavailable("The data directory " + directory + " cannot be released: " + e + ".", e);
        } finally {
            HELD.remove(directory);
        }
    }
}
