package pagefold.server.log;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.flywaydb.core.Flyway;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/** All that the log says to PostgreSQL in particular. Servers that share a database are fenced by epochs. */
final class Postgres implements Database {
    private static final int CONNECT_SECONDS = 10;
    /** How long an answer may take; commits wait for a disk, and with synchronous replication for another machine's. */
    private static final int ANSWER_SECONDS = 60;
    /**
     * After that time the database ends the transaction of a server that says nothing more, as one that was stopped, or
     * whose network is gone: it holds rows that the next owner needs. It must be shorter than the wait for those rows.
     */
    private static final int SILENCE_SECONDS = 10;

    private static final int LOCK_SECONDS = 20;
    /** The first with a library of JSON and planner that this was tried with; Flyway refuses those long out of care. */
    private static final int LEAST_VERSION = 130_000;

    /** A major version in the number that the server has for it. */
    private static final int MAJOR = 10_000;

    /**
     * All that is asked has an index. Without statistics, which a new database has none of for a minute or more, the
     * planner prefers to read tables as a whole, and keeps that plan while they grow.
     */
    private static final String BY_INDEX = "set enable_seqscan = off";

    /** Ends of a session that say nothing about what is asked next: shutdown, crash, start, silence. */
    private static final Set<String> ENDED = Set.of("57P01", "57P02", "57P03", "57P05", "25P03");

    private static final String CONNECTION_CLASS = "08";
    private static final Set<String> CORRUPTION = Set.of("XX001", "XX002");

    private final LogLocation.Login login;
    private final int leastVersion;

    Postgres(LogLocation.Login login) {
        this(login, LEAST_VERSION);
    }

    Postgres(LogLocation.Login login, int leastVersion) {
        this.login = login;
        this.leastVersion = leastVersion;
    }

    @Override
    public void migrate() {
        try {
            try (Connection connection = connect(ANSWER_SECONDS)) {
                requireDurable(connection);
            }
            // A migration of a large table may take its time.
            Flyway.configure(Postgres.class.getClassLoader())
                    .dataSource(login.url(), login.user(), login.password())
                    .locations("classpath:db/migration")
                    .ignoreMigrationPatterns(new String[0])
                    .placeholders(Map.of("binary", "bytea", "byte_order", byteOrder()))
                    .loggers("slf4j")
                    .load()
                    .migrate();
        } catch (SQLException | RuntimeException e) {
            throw new LogUnavailable("The log in " + login + " cannot be opened: " + e.getMessage() + ".", e);
        }
    }

    /** Believes a database only when it says that what it has committed is on the disk. */
    private void requireDurable(Connection connection) throws SQLException {
        int version = Integer.parseInt(setting(connection, "server_version_num"));
        if (version < leastVersion) {
            throw new SQLException("expected PostgreSQL " + leastVersion / MAJOR + " or newer, but it is "
                    + setting(connection, "server_version"));
        }
        require(connection, "fsync", "on");
        require(connection, "server_encoding", "UTF8");
        require(connection, "transaction_read_only", "off");
    }

    private static void require(Connection connection, String name, String expected) throws SQLException {
        String actual = setting(connection, name);
        if (!expected.equals(actual)) {
            throw new SQLException("expected " + name + " to be " + expected + ", but it is " + actual);
        }
    }

    private static String setting(Connection connection, String name) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("show " + name)) {
            rows.next();
            return rows.getString(1);
        }
    }

    @Override
    public Connection writer() throws SQLException {
        Connection connection = connect(ANSWER_SECONDS);
        try (Statement statement = connection.createStatement()) {
            statement.execute(BY_INDEX);
            statement.execute("set idle_in_transaction_session_timeout = '" + SILENCE_SECONDS + "s'");
            statement.execute("set lock_timeout = '" + LOCK_SECONDS + "s'");
            if (setting(connection, "synchronous_commit").equals("off")) {
                statement.execute("set synchronous_commit = on");
            }
            connection.setAutoCommit(false);
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** The number that the server's data were given when they were made, the database's in it, and the schema. */
    @Override
    public String identity() {
        try (Connection connection = reader();
                Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("select system_identifier || '/' || oid || '/' || current_schema()"
                                + " from pg_control_system(), pg_database where datname = current_database()")) {
            rows.next();
            return rows.getString(1);
        } catch (SQLException e) {
            throw new LogUnavailable("The log in " + login + " cannot be identified: " + e.getMessage() + ".", e);
        }
    }

    @Override
    public Connection reader() throws SQLException {
        Connection connection = connect(ANSWER_SECONDS);
        try (Statement statement = connection.createStatement()) {
            statement.execute(BY_INDEX);
            connection.setReadOnly(true);
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** Parameters in the address go before those that are set here. */
    private Connection connect(int answerSeconds) throws SQLException {
        Properties properties = new Properties();
        PGProperty.APPLICATION_NAME.set(properties, "pagefold");
        PGProperty.CONNECT_TIMEOUT.set(properties, CONNECT_SECONDS);
        PGProperty.LOGIN_TIMEOUT.set(properties, CONNECT_SECONDS);
        PGProperty.SOCKET_TIMEOUT.set(properties, answerSeconds);
        PGProperty.TCP_KEEP_ALIVE.set(properties, true);
        if (login.user() != null) {
            PGProperty.USER.set(properties, login.user());
        }
        if (login.password() != null) {
            PGProperty.PASSWORD.set(properties, login.password());
        }
        Connection connection = new Driver().connect(login.url(), properties);
        if (connection == null) {
            throw new SQLException("expected an address as the driver has them, but it is " + login);
        }
        return connection;
    }

    /** A cast of bytes would store their hexadecimal digits. */
    @Override
    public String payloadParameter() {
        return "convert_from(?, 'UTF8')";
    }

    @Override
    public String byteOrder() {
        return "collate \"C\"";
    }

    /** Never: PostgreSQL itself ends, and begins with its own log, when it cannot know what is on the disk. */
    @Override
    public boolean isFatal(SQLException e) {
        return false;
    }

    /** Its answers take a way over a network. */
    @Override
    public boolean isRemote() {
        return true;
    }

    @Override
    public boolean isCorruption(SQLException e) {
        return CORRUPTION.contains(state(e));
    }

    @Override
    public boolean isDisconnected(SQLException e) {
        return state(e).startsWith(CONNECTION_CLASS) || ENDED.contains(state(e));
    }

    private static String state(SQLException e) {
        return String.valueOf(e.getSQLState());
    }

    /** Nothing: nobody is kept out of it. */
    @Override
    public void close() {}
}
