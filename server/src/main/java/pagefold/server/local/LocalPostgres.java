package pagefold.server.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import pagefold.server.log.LogLocation;

/**
 * A PostgreSQL of this process's own, on a free port of this machine, with its data in a folder of its own. It ends when
 * the process that started it ends, however that ends; a temporary folder goes with it.
 */
public final class LocalPostgres implements AutoCloseable {
    private static final String USER = "pagefold";
    private static final String LOOPBACK = "127.0.0.1";
    private static final Path DEBIAN = Path.of("/usr/lib/postgresql");
    private static final int START_SECONDS = 60;
    /** Ends it at once, as a crash does: what was committed is on the disk. */
    private static final String CRASH = "QUIT";

    private final Path binaries;
    private final Path folder;
    private final boolean temporary;
    private final Reach reach;
    private final int port;
    private final String password;
    private KeptProcess process;
    private boolean closed;

    /**
     * From where it is reached, besides this machine.
     *
     * @param host address at which it answers
     * @param clients range of their addresses
     */
    record Reach(String host, String clients) {
        /** This machine alone. */
        static final Reach HERE = new Reach(LOOPBACK, LOOPBACK + "/32");
    }

    private LocalPostgres(Path binaries, Path folder, boolean temporary, Reach reach) throws IOException {
        this.binaries = binaries;
        this.folder = folder;
        this.temporary = temporary;
        this.reach = reach;
        this.port = KeptProcess.freePort();
        own(folder);
        Path secret = folder.resolve("password");
        if (!Files.exists(secret)) {
            Files.createFile(
                    secret, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(secret, UUID.randomUUID().toString());
            own(secret);
        }
        this.password = Files.readString(secret);
        if (!Files.exists(data().resolve("PG_VERSION"))) {
            make(secret);
        }
        Files.writeString(data().resolve("postgresql.auto.conf"), """
                listen_addresses = '%s'
                port = %d
                unix_socket_directories = ''
                max_connections = 100
                shared_buffers = 32MB
                """.formatted(
                        reach.host().equals(LOOPBACK) ? LOOPBACK : LOOPBACK + "," + reach.host(), port));
        Files.writeString(data().resolve("pg_hba.conf"), """
                host all all 127.0.0.1/32 scram-sha-256
                host all all %s scram-sha-256
                """.formatted(reach.clients()));
        this.process = run();
        awaitUp();
    }

    /**
     * Starts one with its data in a folder, which is made when it is not there, or goes on with what is there.
     *
     * @param folder {@code null} for a temporary one
     * @throws IOException when there is no PostgreSQL on this machine, or it does not start; the sentence says why
     */
    public static LocalPostgres start(@Nullable Path folder) throws IOException {
        return start(folder, Reach.HERE);
    }

    static LocalPostgres start(@Nullable Path folder, Reach reach) throws IOException {
        Path binaries = binaries()
                .orElseThrow(
                        () -> new IOException("there is no PostgreSQL on this machine: expected initdb and postgres"
                                + " on the PATH or below " + DEBIAN));
        return folder == null
                ? new LocalPostgres(binaries, Files.createTempDirectory("pagefold-postgres"), true, reach)
                : new LocalPostgres(binaries, Files.createDirectories(folder.toAbsolutePath()), false, reach);
    }

    /** Whether this machine has one to start. */
    public static boolean isInstalled() {
        return binaries().isPresent();
    }

    private static Optional<Path> binaries() {
        List<Path> candidates = new ArrayList<>();
        KeptProcess.program("initdb").map(Path::getParent).ifPresent(candidates::add);
        if (Files.isDirectory(DEBIAN)) {
            try (Stream<Path> versions = Files.list(DEBIAN)) {
                versions.sorted(Comparator.reverseOrder()).forEach(version -> candidates.add(version.resolve("bin")));
            } catch (IOException e) {
                return Optional.empty();
            }
        }
        return candidates.stream()
                .filter(bin -> Files.isExecutable(bin.resolve("initdb")) && Files.isExecutable(bin.resolve("postgres")))
                .findFirst();
    }

    private static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    /** PostgreSQL refuses to run as root. */
    private static String user() throws IOException {
        return Files.readString(Path.of("/etc/passwd")).lines().anyMatch(line -> line.startsWith("postgres:"))
                ? "postgres"
                : "nobody";
    }

    private static List<String> asUser(List<String> command) throws IOException {
        List<String> all = new ArrayList<>();
        if (isRoot()) {
            all.addAll(List.of("setpriv", "--reuid=" + user(), "--regid=" + user(), "--clear-groups"));
        }
        all.addAll(command);
        return all;
    }

    private static void own(Path path) throws IOException {
        if (isRoot()) {
            Files.setOwner(
                    path, path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(user()));
        }
    }

    private Path data() {
        return folder.resolve("data");
    }

    private void make(Path secret) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(asUser(List.of(
                        binaries.resolve("initdb").toString(),
                        "--pgdata=" + data(),
                        "--username=" + USER,
                        "--auth=scram-sha-256",
                        "--pwfile=" + secret,
                        "--encoding=UTF8",
                        "--locale=C",
                        "--no-sync")))
                .directory(folder.toFile())
                .redirectErrorStream(true);
        builder.environment().put("LC_ALL", "C");
        Process made = builder.start();
        String said = new String(made.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (made.onExit().join().exitValue() != 0) {
            throw new IOException("expected initdb to make a PostgreSQL in " + folder + ", but it said: " + said);
        }
    }

    private KeptProcess run() throws IOException {
        return KeptProcess.start(new KeptProcess.Plan(
                asUser(List.of(binaries.resolve("postgres").toString(), "-D", data().toString())),
                Map.of("LC_ALL", "C"),
                folder.resolve("log"),
                CRASH,
                temporary ? folder : null));
    }

    /** A database in it, as a log is told of it. */
    public LogLocation.Login login(String database) {
        return new LogLocation.Login("jdbc:postgresql://" + reach.host() + ":" + port + "/" + database, USER, password);
    }

    /** A new, empty database of that name. */
    public LogLocation.Login newDatabase(String name) throws SQLException {
        execute("create database " + name);
        return login(name);
    }

    /** The database of that name, which is made when it is not there. */
    LogLocation.Login database(String name) throws IOException {
        try (Connection connection = connect(login("postgres"));
                Statement statement = connection.createStatement()) {
            statement.execute("select 1 from pg_database where datname = '" + name + "'");
            return statement.getResultSet().next() ? login(name) : newDatabase(name);
        } catch (SQLException e) {
            throw new IOException("the database " + name + " cannot be made: " + e.getMessage(), e);
        }
    }

    /** A connection beside the log. */
    public static Connection connect(LogLocation.Login login) throws SQLException {
        return DriverManager.getConnection(login.url(), login.user(), login.password());
    }

    /** Runs a statement in the database that belongs to nobody. */
    public void execute(String sql) throws SQLException {
        try (Connection connection = connect(login("postgres"));
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Ends it with a signal (QUIT: as a crash; INT: in order) and starts it again; does not wait. */
    public synchronized void restart(String signal) throws IOException {
        KeptProcess ending = process;
        ending.onExit().thenRun(this::runAgain);
        ending.signal(signal);
    }

    private synchronized void runAgain() {
        try {
            if (!closed) {
                process = run();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends it in order, and waits for that. */
    public synchronized void stop() throws IOException {
        process.signal("INT");
        process.onExit().join();
    }

    /** Starts it after {@link #stop}, and waits until it answers. */
    public void startAgain() throws IOException {
        runAgain();
        awaitUp();
    }

    /** Waits until it answers. */
    public void awaitUp() throws IOException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (true) {
            try {
                execute("select 1");
                return;
            } catch (SQLException e) {
                if (System.nanoTime() - until > 0) {
                    throw new IOException(
                            "PostgreSQL does not answer within " + START_SECONDS + " s: " + e.getMessage(), e);
                }
            }
            KeptProcess.pause(50, "waiting for PostgreSQL");
        }
    }

    @Override
    public void close() throws IOException {
        KeptProcess ending;
        synchronized (this) {
            closed = true;
            ending = process;
        }
        ending.signal(CRASH);
        ending.close();
        if (temporary) {
            KeptProcess.remove(folder);
        }
    }
}
