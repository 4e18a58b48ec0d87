package pagefold.server.log;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import pagefold.server.local.LocalPostgres;

/** A PostgreSQL of the tests' own. Where none is installed, tests are skipped. */
public final class PostgresServer implements AutoCloseable {
    private static @Nullable PostgresServer shared;

    private final LocalPostgres postgres;
    private final AtomicInteger databases = new AtomicInteger();

    private PostgresServer(LocalPostgres postgres) {
        this.postgres = postgres;
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
        requireInstalled();
        try {
            return new PostgresServer(LocalPostgres.start(null));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Skips the test, and says so, where there is no PostgreSQL. */
    public static void requireInstalled() {
        if (!LocalPostgres.isInstalled()) {
            System.err.println("NOT TESTED: there is no PostgreSQL (postgres, initdb) on PATH or below"
                    + " /usr/lib/postgresql; the log on PostgreSQL is not tested.");
        }
        assumeTrue(LocalPostgres.isInstalled(), "PostgreSQL is installed");
    }

    /** A new, empty database. */
    public LogLocation.Login newDatabase() throws SQLException {
        return newDatabase("");
    }

    /** The same with options of the statement that makes it. */
    LogLocation.Login newDatabase(String options) throws SQLException {
        String name = "t" + databases.incrementAndGet();
        execute("create database " + name + " " + options);
        return postgres.login(name);
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
        return LocalPostgres.connect(login);
    }

    /** Runs a statement in the database that belongs to nobody. */
    void execute(String sql) throws SQLException {
        postgres.execute(sql);
    }

    /** Ends all connections to a database. */
    public void kick(LogLocation.Login login) throws SQLException {
        String name = login.url().substring(login.url().lastIndexOf('/') + 1);
        execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = '" + name + "'");
    }

    /** Ends the server with a signal (QUIT: as a crash; INT: in order) and starts it again; does not wait. */
    public void restart(String signal) throws IOException {
        postgres.restart(signal);
    }

    /** Ends the server in order, and waits until nobody answers. */
    public void stop() throws IOException {
        postgres.stop();
    }

    /** Starts it after {@link #stop}. */
    public void startAgain() throws IOException {
        postgres.startAgain();
    }

    /** Waits until it answers. */
    public void awaitUp() throws IOException {
        postgres.awaitUp();
    }

    @Override
    public void close() throws IOException {
        postgres.close();
    }
}
