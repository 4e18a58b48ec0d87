package pagefold.server.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.log.AppendResult.Appended;
import pagefold.server.log.AppendResult.Unavailable;
import pagefold.server.log.NewBatch.Unit;
import pagefold.server.wire.Seed;

class SqliteEventLogTest extends EventLogContract {
    @TempDir
    Path directory;

    private String settings = "";

    @Override
    EventLog open() {
        return EventLog.open(directory.resolve("data"), CLOCK, settings);
    }

    /** Does something to the database while no log is open. */
    private void tamper(String sql) throws SQLException {
        log.close();
        try (Connection connection = raw();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
        log = open();
    }

    private Connection raw() throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("data/pagefold.db"));
    }

    /** Two simulations of ten rows with two events each. */
    private void twoHistories() {
        for (String simulation : List.of("ill", "well")) {
            long epoch = own(simulation);
            for (int i = 0; i < 10; i++) {
                assertThat(append(simulation, epoch, 2L * i, batch(2))).isInstanceOf(Appended.class);
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
        assertThat(append("well", 1, 20, batch(1))).isInstanceOf(Appended.class);
        return corrupt;
    }

    @Test
    void a_changed_payload_is_found_and_only_its_simulation_is_refused() throws SQLException {
        twoHistories();
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
        twoHistories();
        tamper("update event_batch set time = time + 1 where simulation = 1 and first = 1");
        expectCorrupt(1, 2, "checksum");
    }

    @Test
    void a_missing_row_is_found_wherever_it_was() throws SQLException {
        twoHistories();
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
        twoHistories();
        tamper("delete from event_batch where simulation = 1 and first > 14");
        expectCorrupt(15, 20, "the head is 20, but the last row ends at 14");
    }

    @Test
    void a_row_beyond_the_head_is_found() throws SQLException {
        twoHistories();
        tamper("update simulation set head = 19 where id = 1");
        expectCorrupt(20, 20, "the head is 19, but the last row ends at 20");
        tamper("update simulation set head = 4 where id = 1");
        assertThatThrownBy(() -> log.eventAt("ill", 1)).isInstanceOf(CorruptBatch.class);
    }

    @Test
    void a_row_with_another_number_of_events_is_found() throws SQLException {
        twoHistories();
        rewrite("[{\"events\":[{\"type\":\"space-destroyed\",\"schemaVersion\":1,\"space\":\"u\"}]}]");
        expectCorrupt(5, 6, "expected 2 events in the row, but it has 1");
        rewrite("[{\"events\":[" + "{\"type\":\"space-destroyed\",\"schemaVersion\":1,\"space\":\"u\"},".repeat(2)
                + "{\"type\":\"space-destroyed\",\"schemaVersion\":1,\"space\":\"u\"}]}]");
        assertThatThrownBy(() -> all("ill")).hasMessageContaining("expected 2 events in the row, but it has more");
    }

    @Test
    void a_position_that_two_rows_have_is_found() throws SQLException {
        twoHistories();
        String event = "{\"type\":\"space-destroyed\",\"schemaVersion\":1,\"space\":\"u\"}";
        rewrite("[{\"events\":[" + event + "," + event + "," + event + "]}]", 7);
        expectCorrupt(7, 7, "two rows have them");
    }

    /** Bits that change on the disk: histories are read as they were, or refused with a typed error. */
    @Test
    void rotten_bits_are_never_believed() throws Exception {
        RandomGenerator random = Seed.forTest("rotten_bits_are_never_believed");
        twoHistories();
        List<RecordedEvent> expected = all("well");
        log.close();
        byte[] intact = Files.readAllBytes(directory.resolve("data/pagefold.db"));
        int refused = 0;
        for (int i = 0; i < 150; i++) {
            byte[] rotten = intact.clone();
            // Most of the file is empty pages of the schema: the last quarter has the rows.
            int from = random.nextBoolean() ? 0 : rotten.length * 3 / 4;
            for (int bits = 1 + random.nextInt(8); bits > 0; bits--) {
                rotten[random.nextInt(from, rotten.length)] ^= (byte) (1 << random.nextInt(8));
            }
            Path data = Files.createDirectory(directory.resolve("rotten-" + i));
            Files.write(data.resolve("pagefold.db"), rotten);
            try (EventLog opened = EventLog.open(data, CLOCK)) {
                for (LoggedSimulation simulation : opened.list()) {
                    List<RecordedEvent> read = opened.read(simulation.name(), 1, Integer.MAX_VALUE);
                    assertThat(read).as(simulation.toString()).isEqualTo(expected);
                }
            } catch (LogException e) {
                refused++;
            }
        }
        System.out.println("refused: " + refused + " of 150");
        log = open();
    }

    @Test
    void a_row_of_a_newer_server_is_an_error_with_the_numbers() throws SQLException {
        twoHistories();
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
        try (Connection connection = raw();
                PreparedStatement update = connection.prepareStatement(
                        "update event_batch set payload = ?, checksum = ?, last = ? where simulation = 1 and first = 5")) {
            update.setString(1, payload);
            update.setLong(2, Checksum.of(1, 5, last, 1, CLOCK.millis(), bytes));
            update.setLong(3, last);
            assertThat(update.executeUpdate()).isEqualTo(1);
        }
        log = open();
    }

    @Test
    void the_payload_is_text_that_sqlite_reads_as_json() throws SQLException {
        twoHistories();
        log.close();
        try (Connection connection = raw();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("""
                        select s.name, typeof(b.payload), e.value ->> 'text'
                        from simulation s join event_batch b on b.simulation = s.id,
                             json_each(b.payload) u, json_each(u.value, '$.events') e
                        where s.name = 'ill' and b.first = 3
                        """)) {
            for (int i = 0; i < 2; i++) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getString(2)).isEqualTo("text");
                assertThat(rows.getString(3)).isEqualTo("event " + i);
            }
            assertThat(rows.next()).isFalse();
        }
        log = open();
    }

    @Test
    void a_full_disk_refuses_appends_and_nothing_else() {
        long epoch = own("s");
        log.close();
        settings = "pragma max_page_count = 100";
        log = open();

        long acknowledged = 0;
        AppendResult result = append("s", epoch, 0, batch(1000));
        while (result instanceof Appended(long first, long last, long time)) {
            acknowledged = last;
            result = append("s", epoch, acknowledged, batch(1000));
        }

        assertThat(result)
                .isInstanceOfSatisfying(
                        Unavailable.class,
                        refused -> assertThat(refused.failure())
                                .hasMessageStartingWith("The log cannot write now:")
                                .hasMessageContaining("full"));
        assertThat(acknowledged).isPositive();
        assertThat(all("s")).hasSize((int) acknowledged);
        assertThat(append("s", epoch, acknowledged, batch(1000))).isInstanceOf(Unavailable.class);

        settings = "";
        restart();
        assertThat(all("s")).hasSize((int) acknowledged);
        assertThat(append("s", epoch, acknowledged, batch(1000))).isInstanceOf(Appended.class);
    }

    @Test
    void a_batch_that_finds_no_room_does_not_take_smaller_ones_with_it() {
        long epoch = own("large");
        own("small");
        log.close();
        settings = "pragma max_page_count = 100";
        log = open();
        List<CompletableFuture<AppendResult>> small = new ArrayList<>();
        List<CompletableFuture<AppendResult>> large = new ArrayList<>();

        for (int i = 0; i < 20; i++) {
            large.add(log.append("large", epoch, 0, batch(60_000)));
            small.add(log.append("small", epoch, i, batch(1)));
        }

        assertThat(large).allSatisfy(result -> assertThat(result.join()).isInstanceOf(Unavailable.class));
        assertThat(small).allSatisfy(result -> assertThat(result.join()).isInstanceOf(Appended.class));
        assertThat(all("small")).hasSize(20);
    }

    @Test
    void a_second_log_in_the_same_directory_is_refused_with_a_clear_sentence() {
        for (int attempt = 0; attempt < 2; attempt++) {
            assertThatThrownBy(this::open)
                    .isInstanceOf(DataDirectoryInUse.class)
                    .hasMessageStartingWith("The data directory ")
                    .hasMessageContaining("is in use by another Pagefold server")
                    .hasMessageContaining("stop that one");
        }
        assertThat(log.create("s")).isEqualTo(CreateResult.CREATED);
    }

    @Test
    void a_log_that_a_newer_server_has_migrated_is_refused() throws SQLException {
        log.close();
        try (Connection connection = raw();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("""
                    insert into flyway_schema_history
                    select 99, '99', 'from the future', type, script, 1, installed_by, installed_on, 1, success
                    from flyway_schema_history where installed_rank = 1
                    """);
        }

        assertThatThrownBy(this::open).isInstanceOf(LogUnavailable.class).hasMessageContaining("99");

        try (Connection connection = raw();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("delete from flyway_schema_history where installed_rank = 99");
        }
        log = open();
    }

    @Test
    void a_file_that_is_no_database_is_refused_and_left_alone() throws Exception {
        Path data = Files.createDirectory(directory.resolve("other"));
        Files.writeString(data.resolve("pagefold.db"), "my thesis\n".repeat(1000));

        assertThatThrownBy(() -> EventLog.open(data, CLOCK)).isInstanceOf(LogUnavailable.class);

        assertThat(Files.readString(data.resolve("pagefold.db"))).isEqualTo("my thesis\n".repeat(1000));
        Files.delete(data.resolve("pagefold.db"));
        EventLog.open(data, CLOCK).close();
    }

    @Test
    void the_number_of_simulations_has_a_limit() throws SQLException {
        tamper("""
                insert into simulation (id, name, epoch, head, created)
                with recursive n(i) as (select 1 union all select i + 1 from n where i < 10000)
                select i, 's' || i, 0, 0, 0 from n
                """);

        assertThat(log.create("one-more")).isEqualTo(CreateResult.LIMIT_REACHED);
        assertThat(log.create("s1")).isEqualTo(CreateResult.EXISTS);
        assertThat(log.list()).hasSize(EventLog.MAX_SIMULATIONS);
    }

    @Test
    void a_normal_end_leaves_one_database_file() {
        own("s");
        log.close();

        assertThat(directory.resolve("data").toFile().list()).containsExactlyInAnyOrder("pagefold.db", "pagefold.lock");
        log = open();
    }

    @Test
    void ids_and_digests_have_a_form() {
        var event = List.of(remark("x"));

        assertThatThrownBy(() -> new Unit(event, "key", null, null, null, null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Unit(event, "k\n", digest(1), null, null, null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Unit(event, "key", "abc", null, null, null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Unit(List.of(), null, null, null, null, null))
                .isInstanceOf(IllegalArgumentException.class);
        Unit unit = new Unit(event, "key", digest(1), null, null, null);
        assertThatThrownBy(() -> new NewBatch(List.of(unit, unit))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new NewBatch(List.of())).isInstanceOf(IllegalArgumentException.class);
    }
}
