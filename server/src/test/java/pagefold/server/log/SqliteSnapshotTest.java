package pagefold.server.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteSnapshotTest extends SnapshotContract {
    @TempDir
    private Path directory;

    private EventLog log;

    @BeforeEach
    void open() {
        log = EventLog.open(directory, Clock.systemUTC());
    }

    @AfterEach
    void close() {
        log.close();
    }

    @Override
    EventLog log() {
        return log;
    }

    @Test
    void a_damaged_snapshot_is_as_good_as_none() throws SQLException {
        log.create("s");
        LoggedSimulation head = log.takeOwnership("s");
        log.append("s", head.epoch(), 0, EventLogContract.batch(2)).join();
        log.save(head.id(), new Snapshot(1, new byte[] {1})).join();
        log.save(head.id(), new Snapshot(2, new byte[] {2})).join();
        log.close();

        try (Connection database = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("pagefold.db"));
                Statement statement = database.createStatement()) {
            statement.executeUpdate("update snapshot set payload = x'07' where position = 2");
        }
        open();

        assertThat(log.snapshot(head.id(), 2)).isNull();
        assertThat(log.snapshot(head.id(), 1)).isNotNull();
    }
}
