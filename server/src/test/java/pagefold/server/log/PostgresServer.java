package pagefold.server.log;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL of the tests' own, on a free port of this machine, with its data in a folder of its own. It ends, and its
 * folder goes, when the process that started it ends, however that ends. Where none is installed, tests are skipped.
 */
public final class PostgresServer implements AutoCloseable {
    private static final String USER = "pagefold";
    /** Keeps the server as long as somebody holds the other end of its input, and obeys what is written there. */
    private static final String KEEPER = """
            run() { "$1" -D "$2" >> "$2/log" 2>&1 & pid=$!; }
            run "$@"
            while read -r signal; do kill -"$signal" $pid; wait $pid; run "$@"; done
            kill -QUIT $pid; wait $pid; rm -rf "$3"
            """;

    private static @Nullable PostgresServer shared;

    private final int port;
    private final String password = UUID.randomUUID().toString();
    private final Process keeper;
    private final AtomicInteger databases = new AtomicInteger();

    private PostgresServer(Path binaries) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("pagefold-postgres");
        Path data = folder.resolve("data");
        Path secret = Files.writeString(folder.resolve("password"), password);
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        own(folder);
        own(secret);
        Process made = asUser(
                        binaries.resolve("initdb") + "",
                        "--pgdata=" + data,
                        "--username=" + USER,
                        "--auth=scram-sha-256",
                        "--pwfile=" + secret,
                        "--encoding=UTF8",
                        "--locale=C",
                        "--no-sync")
                .redirectErrorStream(true)
                .start();
        String said = new String(made.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (made.waitFor() != 0) {
            throw new IOException("expected initdb to make a cluster, but it said: " + said);
        }
        Files.writeString(data.resolve("postgresql.auto.conf"), """
                listen_addresses = '127.0.0.1'
                port = %d
                unix_socket_directories = ''
                max_connections = 100
                shared_buffers = 32MB
                """.formatted(port));
        keeper = asUser("sh", "-c", KEEPER, "keeper", binaries.resolve("postgres") + "", data + "", folder + "")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        awaitUp();
    }

    /** One for all tests of this process. */
    public static synchronized PostgresServer shared() {
        PostgresServer server = shared;
        if (server == null) {
            server = start();
            shared = server;
        }
        return server;
    }

    /** One that a test may stop and start again. */
    public static PostgresServer start() {
        Optional<Path> binaries = binaries();
        if (binaries.isEmpty()) {
            System.err.println("NOT TESTED: there is no PostgreSQL (postgres, initdb) on PATH or below"
                    + " /usr/lib/postgresql; the log on PostgreSQL is not tested.");
        }
        assumeTrue(binaries.isPresent(), "PostgreSQL is installed");
        try {
            return new PostgresServer(binaries.get());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Optional<Path> binaries() {
        List<Path> candidates = new ArrayList<>();
        for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            candidates.add(Path.of(folder));
        }
        Path debian = Path.of("/usr/lib/postgresql");
        if (Files.isDirectory(debian)) {
            try (Stream<Path> versions = Files.list(debian)) {
                versions.sorted(Comparator.reverseOrder()).forEach(version -> candidates.add(version.resolve("bin")));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return candidates.stream()
                .filter(folder ->
                        Files.isExecutable(folder.resolve("initdb")) && Files.isExecutable(folder.resolve("postgres")))
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

    private static ProcessBuilder asUser(String... command) throws IOException {
        List<String> all = new ArrayList<>();
        if (isRoot()) {
            all.addAll(List.of("setpriv", "--reuid=" + user(), "--regid=" + user(), "--clear-groups"));
        }
        all.addAll(List.of(command));
        ProcessBuilder builder = new ProcessBuilder(all).directory(new File("/"));
        builder.environment().put("LC_ALL", "C");
        return builder;
    }

    private static void own(Path path) throws IOException {
        if (isRoot()) {
            Files.setOwner(
                    path, path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(user()));
        }
    }

    /** A new, empty database. */
    public LogLocation.Login newDatabase() throws SQLException {
        String name = "t" + databases.incrementAndGet();
        execute("create database " + name);
        return login(name);
    }

    private LogLocation.Login login(String database) {
        return new LogLocation.Login("jdbc:postgresql://127.0.0.1:" + port + "/" + database, USER, password);
    }

    /** The environment by which another process finds a log. */
    public static Map<String, String> environment(LogLocation location) {
        LogLocation.Login login = location.database();
        return login == null
                ? Map.of()
                : Map.of(
                        "PAGEFOLD_DATABASE",
                        login.url(),
                        "PAGEFOLD_DATABASE_USER",
                        String.valueOf(login.user()),
                        "PAGEFOLD_DATABASE_PASSWORD",
                        String.valueOf(login.password()));
    }

    /** Where the log is, in the process that was given {@link #environment}. */
    public static LogLocation location(Path directory) {
        String url = System.getenv("PAGEFOLD_DATABASE");
        return new LogLocation(
                directory,
                url == null
                        ? null
                        : new LogLocation.Login(
                                url,
                                System.getenv("PAGEFOLD_DATABASE_USER"),
                                System.getenv("PAGEFOLD_DATABASE_PASSWORD")));
    }

    /** A connection beside the log. */
    static Connection connect(LogLocation.Login login) throws SQLException {
        return DriverManager.getConnection(login.url(), login.user(), login.password());
    }

    /** Runs a statement in the database that belongs to nobody. */
    void execute(String sql) throws SQLException {
        try (Connection connection = connect(login("postgres"));
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Ends all connections to a database. */
    public void kick(LogLocation.Login login) throws SQLException {
        String name = login.url().substring(login.url().lastIndexOf('/') + 1);
        execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = '" + name + "'");
    }

    /** Ends the server with a signal (QUIT: as a crash; INT: in order) and starts it again; does not wait. */
    public void restart(String signal) throws IOException {
        keeper.getOutputStream().write((signal + "\n").getBytes(StandardCharsets.US_ASCII));
        keeper.getOutputStream().flush();
    }

    /** Waits until it answers. */
    public void awaitUp() {
        Awaitility.await().atMost(Duration.ofMinutes(1)).ignoreExceptions().until(() -> {
            execute("select 1");
            return true;
        });
    }

    @Override
    public void close() throws IOException {
        keeper.getOutputStream().close();
        keeper.onExit().join();
    }
}
