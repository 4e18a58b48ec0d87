package pagefold.server.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Databases that must not have the log, and one that is told to wait for its disk. */
class PostgresSettingsTest {
    /** No server is so new. */
    private static final int NEVER = 9_990_000;

    private static void assertRefused(Postgres database, String reason) {
        assertThatThrownBy(() -> EventLog.open(database, EventLogContract.CLOCK))
                .isInstanceOf(LogUnavailable.class)
                .hasMessageContaining("cannot be opened")
                .hasMessageContaining(reason);
    }

    private static void assertEmpty(LogLocation.Login login) throws SQLException {
        try (Connection connection = PostgresServer.connect(login);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "select count(*) from information_schema.tables where table_schema = 'public'")) {
            rows.next();
            assertThat(rows.getInt(1)).as("tables that were made").isZero();
        }
    }

    private static String setting(Connection connection, String name) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("show " + name)) {
            rows.next();
            return rows.getString(1);
        }
    }

    @Test
    void a_server_that_does_not_sync_is_refused_until_it_does() throws IOException, SQLException {
        try (PostgresServer server = PostgresServer.start()) {
            LogLocation.Login login = server.newDatabase();
            set(server, login, "off");

            assertRefused(new Postgres(login), "expected fsync to be on, but it is off");
            assertEmpty(login);

            set(server, login, "on");
            EventLog.open(new Postgres(login), EventLogContract.CLOCK).close();
        }
    }

    @Test
    void a_database_says_which_one_it_is_to_a_user_without_rights() throws SQLException {
        LogLocation.Login login = PostgresServer.shared().newDatabase();
        LogLocation.Login other = PostgresServer.shared().newDatabase();
        String role = "plain_" + login.url().replaceAll(".*/", "");
        try (Connection connection = PostgresServer.connect(login);
                Statement statement = connection.createStatement()) {
            statement.execute("create role " + role + " login password 'plain'");
        }

        String identity = new Postgres(login).identity();

        assertThat(new Postgres(login).identity()).isEqualTo(identity);
        assertThat(new Postgres(new LogLocation.Login(login.url(), role, "plain")).identity())
                .isEqualTo(identity);
        assertThat(new Postgres(other).identity()).isNotEqualTo(identity);
    }

    private static void set(PostgresServer server, LogLocation.Login login, String fsync) throws SQLException {
        server.execute("alter system set fsync = " + fsync);
        server.execute("select pg_reload_conf()");
        Awaitility.await().until(() -> {
            try (Connection connection = PostgresServer.connect(login)) {
                return setting(connection, "fsync").equals(fsync);
            }
        });
    }

    @Test
    void a_server_that_is_too_old_is_refused_with_both_versions() throws SQLException {
        LogLocation.Login login = PostgresServer.shared().newDatabase();
        String version;
        try (Connection connection = PostgresServer.connect(login)) {
            version = setting(connection, "server_version");
        }

        assertRefused(new Postgres(login, NEVER), "expected PostgreSQL 999 or newer, but it is " + version);
        assertEmpty(login);
    }

    @Test
    void a_database_of_another_encoding_is_refused() throws SQLException {
        LogLocation.Login login =
                PostgresServer.shared().newDatabase("template template0 encoding 'LATIN1' locale 'C'");

        assertRefused(new Postgres(login), "expected server_encoding to be UTF8, but it is LATIN1");
        assertEmpty(login);
    }

    @Test
    void a_database_that_only_reads_is_refused() throws SQLException {
        LogLocation.Login login = PostgresServer.shared().newDatabase();
        alter(login, "default_transaction_read_only = on");

        assertRefused(new Postgres(login), "expected transaction_read_only to be off, but it is on");
    }

    @Test
    void a_database_that_does_not_wait_for_its_disk_is_told_to() throws SQLException {
        LogLocation.Login login = PostgresServer.shared().newDatabase();
        alter(login, "synchronous_commit = off");
        try (Connection connection = PostgresServer.connect(login)) {
            assertThat(setting(connection, "synchronous_commit")).isEqualTo("off");
        }

        try (Connection writer = new Postgres(login).writer()) {
            assertThat(setting(writer, "synchronous_commit")).isEqualTo("on");
        }
    }

    private static void alter(LogLocation.Login login, String setting) throws SQLException {
        String name = login.url().substring(login.url().lastIndexOf('/') + 1);
        PostgresServer.shared().execute("alter database " + name + " set " + setting);
    }
}
