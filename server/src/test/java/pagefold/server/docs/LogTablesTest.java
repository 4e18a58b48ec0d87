package pagefold.server.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.model.MemoryEvent;
import pagefold.model.PluginBinding;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.SpaceKind;
import pagefold.server.log.EventLog;
import pagefold.server.log.LogLocation;
import pagefold.server.log.NewBatch;
import pagefold.server.log.PostgresServer;

/** The tables and queries of docs/log.md, on logs of both kinds. */
final class LogTablesTest {
    private static final Markdown PAGE = Markdown.read("docs/log.md");

    @Test
    void the_tables_are_those_of_the_database(@TempDir Path directory) throws SQLException {
        write(directory);

        try (Connection database = open(directory)) {
            Set<String> documented = new HashSet<>();
            PAGE.rows("| table | a row is |")
                    .forEach(row ->
                            documented.add(Markdown.quoted(row.getFirst()).getFirst()));

            assertThat(column(database, "select name from sqlite_master where type = 'table'"))
                    .containsExactlyInAnyOrderElementsOf(documented);
        }
    }

    @Test
    void the_queries_run_and_find_what_was_written(@TempDir Path directory) throws SQLException {
        write(directory);

        try (Connection database = open(directory)) {
            for (String query : PAGE.blocks("sql")) {
                assertThat(column(database, query)).as(query).isNotEmpty();
            }
            String events = PAGE.blocks("sql").stream()
                    .filter(query -> query.contains("as position"))
                    .findFirst()
                    .orElseThrow();
            assertThat(column(database, events)).containsExactly("1", "2", "3", "4");
        }
    }

    @Test
    void the_schema_is_linked() {
        assertThat(PAGE.links())
                .anySatisfy(link -> assertThat(PAGE.path().resolveSibling(link))
                        .satisfies(file -> assertThat(Files.exists(file)).isTrue())
                        .asString()
                        .endsWith(".sql"));
    }

    @Test
    void the_query_of_postgres_finds_every_event() throws SQLException {
        LogLocation.Login login = PostgresServer.shared().newDatabase();
        write(new LogLocation(Path.of("unused"), login));

        try (Connection database = DriverManager.getConnection(login.url(), login.user(), login.password())) {
            assertThat(PAGE.blocks("psql")).hasSize(1);
            assertThat(column(database, PAGE.blocks("psql").getFirst())).containsExactly("1", "2", "3", "4");
        }
    }

    private static void write(Path directory) {
        write(new LogLocation(directory));
    }

    private static void write(LogLocation location) {
        try (EventLog log = EventLog.open(location, Clock.systemUTC())) {
            log.create("demo");
            long epoch = log.takeOwnership("demo").epoch();
            log.append("demo", epoch, 0, NewBatch.of(selected(), created("init")))
                    .join();
            log.append("demo", epoch, 2, new NewBatch(List.of(unit("one"), unit("two"))))
                    .join();
        }
    }

    private static MemoryEvent selected() {
        return new MemoryEvent.PluginSelected(new PluginBinding("arm64", "1.0", "4k-48", Coarsening.REJECT), null);
    }

    private static MemoryEvent created(String space) {
        return new MemoryEvent.SpaceCreated(space, SpaceKind.USER);
    }

    private static NewBatch.Unit unit(String space) {
        return NewBatch.Unit.of(List.of(created(space)));
    }

    private static Connection open(Path directory) throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("pagefold.db"));
    }

    private static List<String> column(Connection database, String query) throws SQLException {
        List<String> values = new ArrayList<>();
        try (Statement statement = database.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        }
        return values;
    }
}
