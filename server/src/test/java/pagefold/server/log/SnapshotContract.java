package pagefold.server.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What a log of any database does with snapshots. */
abstract class SnapshotContract extends LogContract {
    private long simulation(String name, int events) {
        log.create(name);
        LoggedSimulation head = log.takeOwnership(name);
        log.append(name, head.epoch(), 0, EventLogContract.batch(events)).join();
        return head.id();
    }

    private boolean save(long id, long position, String payload) {
        return log.save(id, new Snapshot(position, payload.getBytes(StandardCharsets.UTF_8)))
                .join();
    }

    private String payload(long id, long position) {
        Snapshot snapshot = log.snapshot(id, position);
        return snapshot == null ? "nothing" : new String(snapshot.payload(), StandardCharsets.UTF_8);
    }

    @Test
    void a_snapshot_is_kept_replaced_and_found_at_its_position_alone() {
        long id = simulation("s", 9);

        assertThat(save(id, 4, "four")).isTrue();
        assertThat(save(id, 9, "nine")).isTrue();
        assertThat(save(id, 4, "4")).isTrue();

        assertThat(log.snapshots(id)).containsExactly(4L, 9L);
        assertThat(payload(id, 4)).isEqualTo("4");
        assertThat(payload(id, 5)).isEqualTo("nothing");
    }

    @Test
    void a_snapshot_of_what_has_not_happened_is_not_kept() {
        long id = simulation("s", 9);

        assertThat(save(id, 10, "ten")).isFalse();
        assertThat(save(id + 1, 1, "none")).isFalse();

        assertThat(log.snapshots(id)).isEmpty();
        assertThat(log.snapshots(id + 1)).isEmpty();
    }

    @Test
    void a_namesake_of_a_simulation_that_was_deleted_has_no_snapshots() {
        long id = simulation("s", 9);
        save(id, 4, "four");

        log.delete("s", null);
        long next = simulation("s", 9);

        assertThat(next).isNotEqualTo(id);
        assertThat(log.snapshots(id)).isEmpty();
        assertThat(log.snapshots(next)).isEmpty();
    }

    @Test
    void of_too_many_snapshots_every_second_one_goes_and_the_last_stays() {
        long id = simulation("s", 300);

        for (long position = 1; position <= Snapshot.MAX_COUNT + 1; position++) {
            save(id, position, "p" + position);
        }

        List<Long> kept = log.snapshots(id);
        assertThat(kept)
                .containsExactlyElementsOf(LongStream.rangeClosed(0, Snapshot.MAX_COUNT / 2)
                        .map(i -> 1 + 2 * i)
                        .boxed()
                        .toList());
        assertThat(payload(id, kept.getLast())).isEqualTo("p" + (Snapshot.MAX_COUNT + 1));
    }

    @Test
    void a_snapshot_that_is_too_large_is_refused() {
        long id = simulation("s", 1);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> log.save(id, new Snapshot(1, new byte[Snapshot.MAX_BYTES + 1])))
                .withMessageContaining(String.valueOf(Snapshot.MAX_BYTES));
    }

    @Test
    void a_damaged_snapshot_is_as_good_as_none() throws SQLException {
        long id = simulation("s", 2);
        save(id, 1, "one");
        save(id, 2, "two");
        log.close();

        try (Connection connection = database.raw();
                PreparedStatement damage =
                        connection.prepareStatement("update snapshot set payload = ? where position = 2")) {
            damage.setBytes(1, new byte[] {7});
            assertThat(damage.executeUpdate()).isEqualTo(1);
        }
        log = open();

        assertThat(log.snapshot(id, 2)).isNull();
        assertThat(payload(id, 1)).isEqualTo("one");
    }
}
