package pagefold.server.log;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteErrorCode;

/** All that the log says to SQLite in particular. The file is that of one server, which holds its directory. */
final class Sqlite implements Database {
    private static final int BUSY_TIMEOUT_MILLIS = 10_000;
    private static final int PAGE_SIZE_BYTES = 8192;
    /** Checkpoints are rarer than by default (1,000 pages): a bulk import writes the same pages again and again. */
    private static final int CHECKPOINT_PAGES = 4096;
    /** The primary result code: the low byte of what SQLite reports. */
    private static final int PRIMARY_CODE = 0xff;

    private static final Set<Integer> SYNC_FAILURES =
            Set.of(SQLiteErrorCode.SQLITE_IOERR_FSYNC.code, SQLiteErrorCode.SQLITE_IOERR_DIR_FSYNC.code);

    private final DataDirectory directory;
    private final Path file;
    private final String settings;

    private Sqlite(DataDirectory directory, String settings) {
        this.directory = directory;
        this.file = directory.database();
        this.settings = settings;
    }

    /**
     * The database in a directory, which is made if it is not there, and held until {@link #close}.
     *
     * @param settings further statements for each connection, as a test's limits; may be empty
     * @throws DataDirectoryInUse when another server works there
     */
    static Sqlite in(Path directory, String settings) {
        return new Sqlite(DataDirectory.open(directory), settings);
    }

    @Override
    public void migrate() {
        try (Connections connections = new Connections(config(false))) {
            connections.setUrl(url());
            Flyway.configure(Sqlite.class.getClassLoader())
                    .dataSource(connections)
                    .locations("classpath:db/migration")
                    // None: a migration that this version does not know is one of a newer server, whose log is not
                    // ours.
                    .ignoreMigrationPatterns(new String[0])
                    .placeholders(Map.of("binary", "blob", "byte_order", byteOrder()))
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

    @Override
    public Connection writer() throws SQLException {
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

    @Override
    public Connection reader() throws SQLException {
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

    @Override
    public String payloadParameter() {
        return "cast(? as text)";
    }

    @Override
    public String byteOrder() {
        return "collate binary";
    }

    @Override
    public String identity() {
        return file.toAbsolutePath().toString();
    }

    /**
     * After a failed fsync the system may have dropped what was to be written, and a second fsync that succeeds says
     * nothing about it. A write that failed is another matter: it is not in the log, and may succeed later.
     */
    @Override
    public boolean isFatal(SQLException e) {
        return SYNC_FAILURES.contains(e.getErrorCode());
    }

    /** It works in this process; and the errors of its driver's batches have no codes. */
    @Override
    public boolean isRemote() {
        return false;
    }

    @Override
    public boolean isCorruption(SQLException e) {
        int code = primaryCode(e);
        return code == SQLiteErrorCode.SQLITE_CORRUPT.code || code == SQLiteErrorCode.SQLITE_NOTADB.code;
    }

    /** Never: there is nothing between the two that could break. */
    @Override
    public boolean isDisconnected(SQLException e) {
        return false;
    }

    @Override
    public void close() {
        directory.close();
    }

    private static int primaryCode(SQLException e) {
        return e.getErrorCode() & PRIMARY_CODE;
    }
}
