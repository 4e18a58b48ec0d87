package pagefold.server.log;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;

/** The database of one test, empty at first. */
interface TestDatabase {

    /** Where the log is. */
    LogLocation location();

    /** A connection beside the log. */
    Connection raw() throws SQLException;

    /** A database of a log. */
    Database database();

    /** Opens the log, which may have been open before. */
    default EventLog open(Clock clock) {
        return EventLog.open(database(), clock);
    }

    /** Runs a statement beside the log. */
    default int execute(String sql) throws SQLException {
        try (Connection connection = raw();
                Statement statement = connection.createStatement()) {
            return statement.executeUpdate(sql);
        }
    }

    /** A file in a directory. */
    static TestDatabase sqlite(Path directory) {
        return new TestDatabase() {
            @Override
            public LogLocation location() {
                return new LogLocation(directory);
            }

            @Override
            public Connection raw() throws SQLException {
                return DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("pagefold.db"));
            }

            @Override
            public Database database() {
                return Sqlite.in(directory, "");
            }
        };
    }

    /** A database of a PostgreSQL server. */
    static TestDatabase postgres(PostgresServer server) {
        LogLocation.Login login;
        try {
            login = server.newDatabase();
        } catch (SQLException e) {
            throw new IllegalStateException("expected a new database, but there is none", e);
        }
        return new TestDatabase() {
            @Override
            public LogLocation location() {
                return new LogLocation(Path.of("unused"), login);
            }

            @Override
            public Connection raw() throws SQLException {
                return PostgresServer.connect(login);
            }

            @Override
            public Database database() {
                return new Postgres(login);
            }
        };
    }
}
