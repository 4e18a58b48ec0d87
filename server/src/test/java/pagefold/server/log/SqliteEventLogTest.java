package pagefold.server.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
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
    TestDatabase newDatabase() {
        return TestDatabase.sqlite(directory.resolve("data"));
    }

    @Override
    EventLog open() {
        return EventLog.open(Sqlite.in(directory.resolve("data"), settings), CLOCK);
    }

    /** Bits that change on the disk: histories are read as they were, or refused with a typed error. */
    @Test
    void rotten_bits_are_never_believed() throws Exception {
        RandomGenerator random = Seed.forTest("rotten_bits_are_never_believed");
        DamagedRowsContract.twoHistories(log);
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
                for (LoggedSimulation simulation : opened.list(LoggedSimulation.NameRange.ALL, "", 1000)) {
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
    void the_payload_is_text_that_sqlite_reads_as_json() throws SQLException {
        DamagedRowsContract.twoHistories(log);
        log.close();
        try (Connection connection = database.raw();
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
    void a_file_that_is_no_database_is_refused_and_left_alone() throws Exception {
        Path data = Files.createDirectory(directory.resolve("other"));
        Files.writeString(data.resolve("pagefold.db"), "my thesis\n".repeat(1000));

        assertThatThrownBy(() -> EventLog.open(data, CLOCK)).isInstanceOf(LogUnavailable.class);

        assertThat(Files.readString(data.resolve("pagefold.db"))).isEqualTo("my thesis\n".repeat(1000));
        Files.delete(data.resolve("pagefold.db"));
        EventLog.open(data, CLOCK).close();
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
