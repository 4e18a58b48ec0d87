package pagefold.server.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import pagefold.server.log.AppendResult.Appended;

/** What a log of any database does with rows that were changed behind its back. */
abstract class DamagedRowsContract extends LogContract {
    private List<RecordedEvent> all(String simulation) {
        return log.read(simulation, 1, Integer.MAX_VALUE);
    }

    /** Does something to the database while no log is open. */
    private void tamper(String sql) throws SQLException {
        log.close();
        database.execute(sql);
        log = open();
    }

    /** Two simulations of ten rows with two events each. */
    static void twoHistories(EventLog log) {
        for (String simulation : List.of("ill", "well")) {
            log.create(simulation);
            long epoch = log.takeOwnership(simulation).epoch();
            for (int i = 0; i < 10; i++) {
                assertThat(log.append(simulation, epoch, 2L * i, EventLogContract.batch(2))
                                .join())
                        .isInstanceOf(Appended.class);
            }
        }
    }

    private CorruptBatch expectCorrupt(long first, long last, String reason) {
        List<Long> delivered = new ArrayList<>();
        CorruptBatch corrupt = catchThrowableOfType(
                CorruptBatch.class, () -> log.read("ill", 1, event -> delivered.add(event.position())));
        assertThat(corrupt).isNotNull();
        assertThat(corrupt.simulation()).isEqualTo("ill");
        assertThat(corrupt.first()).isEqualTo(first);
        assertThat(corrupt.last()).isEqualTo(last);
        assertThat(corrupt.reason()).contains(reason);
        assertThat(delivered).hasSizeLessThanOrEqualTo((int) last);
        assertThat(all("well")).hasSize(20);
        assertThat(log.append("well", 1, 20, EventLogContract.batch(1)).join()).isInstanceOf(Appended.class);
        return corrupt;
    }

    @Test
    void a_changed_payload_is_found_and_only_its_simulation_is_refused() throws SQLException {
        twoHistories(log);
        tamper(
                "update event_batch set payload = replace(payload, 'event 1', 'event 7') where simulation = 1 and first = 5");

        CorruptBatch corrupt = expectCorrupt(5, 6, "checksum");

        assertThat(corrupt.getMessage())
                .isEqualTo(
                        "The log of simulation 'ill' cannot be read at positions 5 to 6: the checksum of the row does"
                                + " not match its contents.");
        assertThat(log.eventAt("ill", 4)).isNotNull();
        assertThat(log.read("ill", 7, 100)).hasSize(14);
        assertThatThrownBy(() -> log.eventAt("ill", 6)).isInstanceOf(CorruptBatch.class);
    }

    @Test
    void a_changed_number_is_found() throws SQLException {
        twoHistories(log);
        tamper("update event_batch set time = time + 1 where simulation = 1 and first = 1");
        expectCorrupt(1, 2, "checksum");
    }

    @Test
    void a_missing_row_is_found_wherever_it_was() throws SQLException {
        twoHistories(log);
        tamper("delete from event_batch where simulation = 1 and first = 7");
        expectCorrupt(7, 8, "no row has them");
        assertThatThrownBy(() -> log.read("ill", 8, 1)).isInstanceOf(CorruptBatch.class);
        tamper("delete from event_batch where simulation = 1 and first = 1");
        assertThatThrownBy(() -> log.read("ill", 1, 1))
                .isInstanceOfSatisfying(
                        CorruptBatch.class, e -> assertThat(e.last()).isEqualTo(2));
    }

    @Test
    void a_missing_tail_is_found() throws SQLException {
        twoHistories(log);
        tamper("delete from event_batch where simulation = 1 and first > 14");
        expectCorrupt(15, 20, "the head is 20, but the last row ends at 14");
    }

    @Test
    void a_row_beyond_the_head_is_found() throws SQLException {
        twoHistories(log);
        tamper("update simulation set head = 19 where id = 1");
        expectCorrupt(20, 20, "the head is 19, but the last row ends at 20");
        tamper("update simulation set head = 4 where id = 1");
        assertThatThrownBy(() -> log.eventAt("ill", 1)).isInstanceOf(CorruptBatch.class);
    }

    @Test
    void a_row_with_another_number_of_events_is_found() throws SQLException {
        twoHistories(log);
        rewrite("[{\"events\":[{\"type\":\"space-destroyed\",\"schemaVersion\":1,\"space\":\"u\"}]}]");
        expectCorrupt(5, 6, "expected 2 events in the row, but it has 1");
        rewrite("[{\"events\":[" + "{\"type\":\"space-destroyed\",\"schemaVersion\":1,\"space\":\"u\"},".repeat(2)
                + "{\"type\":\"space-destroyed\",\"schemaVersion\":1,\"space\":\"u\"}]}]");
        assertThatThrownBy(() -> all("ill")).hasMessageContaining("expected 2 events in the row, but it has more");
    }

    @Test
    void a_position_that_two_rows_have_is_found() throws SQLException {
        twoHistories(log);
        String event = "{\"type\":\"space-destroyed\",\"schemaVersion\":1,\"space\":\"u\"}";
        rewrite("[{\"events\":[" + event + "," + event + "," + event + "]}]", 7);
        expectCorrupt(7, 7, "two rows have them");
    }

    @Test
    void a_row_of_a_newer_server_is_an_error_with_the_numbers() throws SQLException {
        twoHistories(log);
        rewrite("[{\"events\":[{\"type\":\"space-destroyed\",\"schemaVersion\":1,\"space\":\"u\"},"
                + "{\"type\":\"space-destroyed\",\"schemaVersion\":2,\"space\":\"u\"}]}]");
        expectCorrupt(5, 6, "at position 6: Expected 1 of space-destroyed at 'schemaVersion', but found 2");
        rewrite("[{\"events\":[{\"type\":\"space-renamed\",\"schemaVersion\":1,\"space\":\"u\"}]}]");
        assertThatThrownBy(() -> all("ill")).hasMessageContaining("found 'space-renamed'");
        rewrite("[{\"events\":[");
        assertThatThrownBy(() -> all("ill")).isInstanceOf(CorruptBatch.class).hasMessageContaining("end-of-input");
    }

    /** Replaces the payload at positions 5 and 6 of the first simulation, with the right checksum. */
    private void rewrite(String payload) throws SQLException {
        rewrite(payload, 6);
    }

    private void rewrite(String payload, long last) throws SQLException {
        log.close();
        byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
        try (Connection connection = database.raw();
                PreparedStatement update = connection.prepareStatement(
                        "update event_batch set payload = ?, checksum = ?, last = ? where simulation = 1 and first = 5")) {
            update.setString(1, payload);
            update.setLong(2, Checksum.of(1, 5, last, 1, EventLogContract.CLOCK.millis(), bytes));
            update.setLong(3, last);
            assertThat(update.executeUpdate()).isEqualTo(1);
        }
        log = open();
    }
}
