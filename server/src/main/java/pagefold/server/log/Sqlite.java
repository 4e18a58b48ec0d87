package pagefold.server.log;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteErrorCode;

/** All that the log says to SQLite in particular; the rest of it is portable SQL. */
final class Sqlite {
    /** The parameter for a payload that is bound as UTF-8 bytes and stored as text, which people can read. */
    static final String PAYLOAD_PARAMETER = "cast(? as text)";

    private static final int BUSY_TIMEOUT_MILLIS = 10_000;
    private static final int PAGE_SIZE_BYTES = 8192;
    /** Checkpoints are rarer than by default (1,000 pages): a bulk import writes the same pages again and again. */
    private static final int CHECKPOINT_PAGES = 4096;
    /** The primary result code: the low byte of what SQLite reports. */
    private static final int PRIMARY_CODE = 0xff;

    private final Path file;
    private final String settings;

    /**
     * The database in a file.
     *
     * @param settings further statements for each connection, as a test's limits; may be empty
     */
    Sqlite(Path file, String settings) {
        this.file = file;
        this.settings = settings;
    }

    /** Brings the schema up to date. */
    void migrate() {
        try (Connections connections = new Connections(config(false))) {
            connections.setUrl(url());
            Flyway.configure(Sqlite.class.getClassLoader())
                    .dataSource(connections)
                    .locations("classpath:db/migration")
                    // None: a migration that this version does not know is one of a newer server, whose log is not
                    // ours.
                    .ignoreMigrationPatterns(new String[0])
                    .placeholders(Map.of("binary", "blob"))
                    .loggers("slf4j")
                    .load()
                    .migrate();
        } catch (SQLException | RuntimeException e) {
            // Not only Flyway's own: in a damaged file it stumbles over what it reads in other ways, too.
            throw new LogUnavailable("The log in " + file + " cannot be opened: " + e.getMessage() + ".", e);
        }
    }

    /** Closes what Flyway leaves open, with its transaction, when it stumbles over a damaged file. */
    private static final class Connections extends SQLiteDataSource implements AutoCloseable {
        private final List<Connection> opened = new ArrayList<>();

        Connections(SQLiteConfig config) {
            super(config);
        }

        @Override
        public SQLiteConnection getConnection(@Nullable String user, @Nullable String password) throws SQLException {
            SQLiteConnection connection = super.getConnection(user, password);
            opened.add(connection);
            return connection;
        }

        @Override
        public void close() throws SQLException {
            for (Connection connection : opened) {
                connection.close();
            }
        }
    }

    /** A connection that writes, with transactions that end by commit or rollback. */
    Connection writer() throws SQLException {
        Connection connection = config(false).createConnection(url());
        try {
            require(connection, "journal_mode", "wal");
            require(connection, "synchronous", "2");
            apply(connection);
            connection.setAutoCommit(false);
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** A connection that reads. */
    Connection reader() throws SQLException {
        return config(true).createConnection(url());
    }

    private void apply(Connection connection) throws SQLException {
        if (!settings.isEmpty()) {
            try (Statement statement = connection.createStatement()) {
                statement.execute(settings);
            }
        }
    }

    private String url() {
        return "jdbc:sqlite:" + file;
    }

    private SQLiteConfig config(boolean readOnly) {
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(readOnly);
        config.setBusyTimeout(BUSY_TIMEOUT_MILLIS);
        if (!readOnly) {
            config.setPageSize(PAGE_SIZE_BYTES);
            config.setJournalMode(SQLiteConfig.JournalMode.WAL);
            config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
            config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
            config.setPragma(SQLiteConfig.Pragma.FULL_SYNC, "true");
            config.setPragma(SQLiteConfig.Pragma.WAL_AUTOCHECKPOINT, String.valueOf(CHECKPOINT_PAGES));
        }
        return config;
    }

    /** Believes a setting only when it reads back: some file systems cannot hold a write-ahead log. */
    private void require(Connection connection, String pragma, String expected) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("pragma " + pragma)) {
            String actual = rows.next() ? rows.getString(1) : "nothing";
            if (!expected.equals(actual)) {
                throw new SQLException(
                        "expected " + pragma + " to be " + expected + " for " + file + ", but it is " + actual);
            }
        }
    }

    /**
     * Whether nothing must be written any more after this error. After a failed fsync the system may have dropped what
     * was to be written, and a second fsync that succeeds says nothing about it.
     */
    static boolean isFatal(SQLException e) {
        return primaryCode(e) == SQLiteErrorCode.SQLITE_IOERR.code;
    }

    /** Whether the error says that the file itself is damaged. */
    static boolean isCorruption(SQLException e) {
        int code = primaryCode(e);
        return code == SQLiteErrorCode.SQLITE_CORRUPT.code || code == SQLiteErrorCode.SQLITE_NOTADB.code;
    }

    private static int primaryCode(SQLException e) {
        return e.getErrorCode() & PRIMARY_CODE;
    }
}
