package pagefold.server.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import pagefold.server.log.AppendResult.Appended;
import pagefold.server.log.AppendResult.Conflict;

class PostgresEventLogTest extends EventLogContract {
    @Override
    TestDatabase newDatabase() {
        return TestDatabase.postgres(PostgresServer.shared());
    }

    private LogLocation.Login login() {
        LogLocation.Login login = database.location().database();
        assertThat(login).isNotNull();
        return login;
    }

    @Test
    void the_payload_is_text_that_postgres_reads_as_json() throws SQLException {
        DamagedRowsContract.twoHistories(log);

        try (Connection connection = database.raw();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("""
                        select e ->> 'text'
                        from simulation s join event_batch b on b.simulation = s.id,
                             json_array_elements(b.payload::json) u, json_array_elements(u -> 'events') e
                        where s.name = 'ill' and b.first = 3
                        """)) {
            for (int i = 0; i < 2; i++) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getString(1)).isEqualTo("event " + i);
            }
            assertThat(rows.next()).isFalse();
        }
    }

    @Test
    void a_new_database_is_asked_by_its_indices_and_they_are_not_searched_as_a_whole() throws SQLException {
        long epoch = own("s");
        int appends = 1000;

        for (int i = 0; i < appends; i++) {
            String key = "k".repeat(200) + i;
            assertThat(log.command("s", key)).isNull();
            append(
                    "s",
                    epoch,
                    i,
                    new NewBatch(List.of(
                            new NewBatch.Unit(List.of(remark("event " + i)), key, digest(i), null, null, null))));
            assertThat(log.command("s", key)).isNotNull();
        }

        // Sessions tell what they have done when they end, or a second later.
        Awaitility.await().until(() -> statistic("command", "idx_scan") >= 3 * appends);
        assertThat(statistic("command", "seq_tup_read")).isZero();
        assertThat(statistic("event_batch", "seq_tup_read")).isZero();
        assertThat(number("select idx_blks_hit + idx_blks_read from pg_statio_user_indexes"
                        + " where indexrelname = 'command_pkey'"))
                .as("pages of the index, for three searches and an insert each")
                .isLessThan(16 * appends);
    }

    private long statistic(String table, String column) throws SQLException {
        return number("select " + column + " from pg_stat_user_tables where relname = '" + table + "'");
    }

    private long number(String select) throws SQLException {
        try (Connection connection = database.raw();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(select)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    @Test
    void two_servers_share_a_database_and_the_one_that_took_a_simulation_fences_the_other() {
        try (EventLog other = open()) {
            long first = own("s");
            assertThat(append("s", first, 0, batch(2))).isInstanceOf(Appended.class);

            long second = other.takeOwnership("s").epoch();

            assertThat(append("s", first, 2, batch(1))).isEqualTo(new Conflict(2, second));
            assertThat(other.append("s", second, 2, batch(1)).join()).isEqualTo(new Appended(3, 3, CLOCK.millis()));
            assertThat(all("s")).hasSize(3);
            assertThat(log.list(LoggedSimulation.NameRange.ALL, "", 1000))
                    .isEqualTo(other.list(LoggedSimulation.NameRange.ALL, "", 1000));
        }
    }

    @Test
    void servers_that_fight_for_a_simulation_never_both_win_a_position() throws Exception {
        own("s");
        Map<Long, String> winners = new ConcurrentHashMap<>();
        try (EventLog other = open();
                var owners = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> fights = new ArrayList<>();
            for (EventLog server : List.of(log, other)) {
                String owner = "server " + System.identityHashCode(server);
                fights.add(owners.submit(() -> fight(server, owner, winners)));
            }
            for (Future<?> fight : fights) {
                fight.get();
            }
        }

        List<RecordedEvent> history = all("s");
        assertThat(history).hasSize(winners.size()).isNotEmpty();
        history.forEach(event -> assertThat(event.event()).isEqualTo(remark(winners.get(event.position()))));
    }

    private static void fight(EventLog server, String owner, Map<Long, String> winners) {
        for (int turn = 0; turn < 60; turn++) {
            LoggedSimulation mine = server.takeOwnership("s");
            for (long head = mine.head(); head < mine.head() + 5; head++) {
                AppendResult result = server.append("s", mine.epoch(), head, NewBatch.of(remark(owner)))
                        .join();
                if (!(result instanceof Appended(long first, long last, long time))) {
                    assertThat(result).isInstanceOf(Conflict.class);
                    break;
                }
                assertThat(winners.put(first, owner)).isNull();
            }
        }
    }

    @Test
    void servers_that_make_and_remove_the_same_simulations_agree_on_each() throws Exception {
        try (EventLog other = open();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 40; i++) {
                String name = "s" + i;
                Future<CreateResult> made = threads.submit(() -> log.create(name));
                Future<CreateResult> madeToo = threads.submit(() -> other.create(name));
                assertThat(List.of(made.get(), madeToo.get()))
                        .containsExactlyInAnyOrder(CreateResult.CREATED, CreateResult.EXISTS);
                long epoch = log.takeOwnership(name).epoch();
                CompletableFuture<AppendResult> appended = log.append(name, epoch, 0, batch(1));
                assertThat(other.delete(name, null)).isNotNull();
                assertThat(appended.join()).isNotInstanceOf(AppendResult.Unavailable.class);
            }
        }
        assertThat(log.list(LoggedSimulation.NameRange.ALL, "", 1000)).isEmpty();
        for (String table : List.of("event_batch", "command", "snapshot")) {
            assertThat(database.execute("delete from " + table))
                    .as("orphans in " + table)
                    .isZero();
        }
    }

    @Test
    void names_are_sorted_as_bytes_whatever_the_database_thinks_of_letters() throws SQLException {
        log.close();
        database.execute("alter table simulation alter column name type varchar(64) collate \"en-x-icu\"");
        log = open();
        for (String name : List.of("b", "B", "a", "_", "a-b", "A", "ab")) {
            log.create(name);
        }

        assertThat(log.list(LoggedSimulation.NameRange.ALL, "", 1000))
                .extracting(LoggedSimulation::name)
                .containsExactly("A", "B", "_", "a", "a-b", "ab", "b");
    }

    @Test
    void connections_that_were_ended_are_replaced_without_anybody_noticing() throws SQLException {
        long epoch = own("s");
        assertThat(append("s", epoch, 0, batch(3))).isInstanceOf(Appended.class);
        assertThat(all("s")).hasSize(3);

        PostgresServer.shared().kick(login());

        assertThat(all("s")).hasSize(3);
        assertThat(append("s", epoch, 3, batch(1))).isEqualTo(new Appended(4, 4, CLOCK.millis()));
        assertThat(log.failure()).isNull();
    }

    @Test
    void a_server_that_says_nothing_more_does_not_hold_a_simulation_for_ever() throws SQLException {
        own("s");
        try (Connection silent = new Postgres(login()).writer();
                Statement statement = silent.createStatement()) {
            statement.executeUpdate("update simulation set head = head where name = 's'");

            LoggedSimulation taken = log.takeOwnership("s");

            assertThat(append("s", taken.epoch(), 0, batch(1))).isInstanceOf(Appended.class);
            assertThatThrownBy(() -> statement.executeUpdate("update simulation set head = 7 where name = 's'"))
                    .isInstanceOf(SQLException.class);
        }
    }

    @Test
    void who_may_not_come_in_is_told_without_the_password() {
        LogLocation.Login wrong = new LogLocation.Login(login().url(), "pagefold", "s3cret-word");

        assertThatThrownBy(() -> EventLog.open(new LogLocation(Path.of("unused"), wrong), CLOCK))
                .isInstanceOf(LogUnavailable.class)
                .hasMessageContaining("password authentication failed")
                .hasMessageNotContaining("s3cret-word");
        assertThat(wrong.toString() + new LogLocation(Path.of("unused"), wrong)).doesNotContain("s3cret-word");
        assertThatThrownBy(() -> new LogLocation.Login(login().url() + "?user=x&password=s3cret-word", null, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("s3cret-word");
    }

    @Test
    void a_database_that_is_not_there_or_of_somebody_else_is_refused() throws SQLException {
        assertThatThrownBy(() -> EventLog.open(
                        new LogLocation(
                                Path.of("unused"),
                                new LogLocation.Login(
                                        "jdbc:postgresql://127.0.0.1:1/none", "pagefold", login().password())),
                        CLOCK))
                .isInstanceOf(LogUnavailable.class)
                .hasMessageContaining("127.0.0.1:1");
        LogLocation.Login foreign = PostgresServer.shared().newDatabase();
        try (Connection connection = PostgresServer.connect(foreign);
                Statement statement = connection.createStatement()) {
            statement.execute("create table accounts (id bigint)");
        }
        assertThatThrownBy(() -> EventLog.open(new LogLocation(Path.of("unused"), foreign), CLOCK))
                .isInstanceOf(LogUnavailable.class)
                .hasMessageContaining("non-empty");
    }

    @Test
    void a_commit_waits_for_the_disk_even_where_the_database_is_told_not_to() throws SQLException {
        String name = login().url().substring(login().url().lastIndexOf('/') + 1);
        PostgresServer.shared().execute("alter database " + name + " set synchronous_commit = off");

        try (Connection writer = new Postgres(login()).writer();
                Statement statement = writer.createStatement();
                ResultSet rows = statement.executeQuery("show synchronous_commit")) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getString(1)).isEqualTo("on");
        }
    }

    @Test
    void many_ends_of_connections_under_load_lose_nothing_and_write_nothing_twice() throws Exception {
        long epoch = own("s");
        List<String> acknowledged = new ArrayList<>();
        List<Thread> kicks = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            if (i % 10 == 5) {
                kicks.add(Thread.ofVirtual().start(() -> {
                    try {
                        PostgresServer.shared().kick(login());
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                }));
            }
            AppendResult result = append("s", epoch, acknowledged.size(), NewBatch.of(remark("r" + i)));
            // A second end may come while the first is being got over; then the caller is told, and nothing is there.
            if (result instanceof Appended) {
                acknowledged.add("r" + i);
            } else {
                assertThat(result).isInstanceOf(AppendResult.Unavailable.class);
                LoggedSimulation mine = Awaitility.await()
                        .ignoreExceptionsInstanceOf(LogUnavailable.class)
                        .until(() -> log.takeOwnership("s"), Objects::nonNull);
                epoch = mine.epoch();
                if (mine.head() > acknowledged.size()) {
                    acknowledged.add("r" + i);
                }
            }
        }

        // A slow machine may end connections long after the last append; a reader whose second one ends too is told.
        for (Thread kick : kicks) {
            kick.join();
        }
        assertThat(all("s"))
                .extracting(event -> event.event())
                .isEqualTo(acknowledged.stream().map(EventLogContract::remark).toList());
    }
}
