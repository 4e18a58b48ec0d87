package pagefold.server.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.model.MemoryEvent;

/** Logs of earlier versions. */
class OldLogTest {
    @TempDir
    private Path directory;

    @Test
    void a_log_from_before_there_were_logins_is_read_and_goes_on() throws SQLException {
        try (EventLog log = EventLog.open(directory, Clock.systemUTC())) {
            log.create("old");
            long epoch = log.takeOwnership("old").epoch();
            log.append("old", epoch, 0, NewBatch.of(new MemoryEvent.Annotated(null, "then")))
                    .join();
        }
        try (Connection database = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("pagefold.db"));
                Statement statement = database.createStatement()) {
            statement.executeUpdate("drop index simulation_creator");
            statement.executeUpdate("drop index simulation_order");
            statement.executeUpdate("alter table log_state drop column simulations");
            statement.executeUpdate("alter table simulation drop column creator");
            statement.executeUpdate("drop table snapshot");
            assertThat(statement.executeUpdate("delete from flyway_schema_history where installed_rank > 1"))
                    .isEqualTo(3);
        }

        try (EventLog log = EventLog.open(directory, Clock.systemUTC())) {
            assertThat(log.find("old"))
                    .isNotNull()
                    .extracting(LoggedSimulation::creator)
                    .isNull();
            long epoch = log.takeOwnership("old").epoch();
            NewBatch.Unit unit =
                    new NewBatch.Unit(List.of(new MemoryEvent.Annotated(null, "now")), null, null, null, null, "ann");
            assertThat(log.append("old", epoch, 1, new NewBatch(List.of(unit))).join())
                    .isInstanceOf(AppendResult.Appended.class);
            log.create("new", "ann");
            assertThat(log.size().simulations()).isEqualTo(2);

            assertThat(log.read("old", 1, 10)).extracting(RecordedEvent::actor).containsExactly(null, "ann");
            assertThat(log.list(LoggedSimulation.NameRange.ALL, "", 1000))
                    .extracting(LoggedSimulation::creator)
                    .containsExactly("ann", null);
        }
    }
}
