package pagefold.server.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import pagefold.server.log.AppendResult.Appended;
import pagefold.server.log.NewBatch.Unit;

/** A PostgreSQL that is stopped, crashes, or loses a connection at the worst moment. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PostgresFaultsTest {
    private static final int OWNERS = 8;
    private static final int RESTARTS = 3;

    private PostgresServer server;
    private TestDatabase database;
    private EventLog log;

    @BeforeAll
    void startServer() {
        server = PostgresServer.start();
    }

    @AfterAll
    void stopServer() throws IOException {
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void open() {
        database = TestDatabase.postgres(server);
        log = database.open(EventLogContract.CLOCK);
    }

    @AfterEach
    void close() {
        log.close();
    }

    private long own(String simulation) {
        assertThat(log.create(simulation)).isEqualTo(CreateResult.CREATED);
        return log.takeOwnership(simulation).epoch();
    }

    /** Waits until a connection of the log is in a state, and ends it there. */
    private void endWhere(String condition) {
        Awaitility.await().until(() -> {
            try (Connection connection = database.raw();
                    Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("select pg_terminate_backend(pid) from pg_stat_activity"
                            + " where datname = current_database() and application_name = 'pagefold' and "
                            + condition)) {
                return rows.next();
            }
        });
    }

    @Test
    void a_commit_that_arrived_and_whose_answer_did_not_is_answered_as_done() throws SQLException {
        long epoch = own("s");
        // A standby that never comes: the commit is in the database and waits before it is answered.
        server.execute("alter system set synchronous_standby_names = 'nobody'");
        server.execute("select pg_reload_conf()");
        try (Connection connection = database.raw();
                Statement statement = connection.createStatement()) {
            Awaitility.await().until(() -> {
                try (ResultSet rows = statement.executeQuery("show synchronous_standby_names")) {
                    return rows.next() && rows.getString(1).equals("nobody");
                }
            });
        }

        CompletableFuture<AppendResult> appended = log.append("s", epoch, 0, EventLogContract.batch(2));
        endWhere("wait_event = 'SyncRep'");

        assertThat(appended.join()).isEqualTo(new Appended(1, 2, EventLogContract.CLOCK.millis()));
        server.execute("alter system reset synchronous_standby_names");
        server.execute("select pg_reload_conf()");
        assertThat(log.append("s", epoch, 2, EventLogContract.batch(1)).join()).isInstanceOf(Appended.class);
        assertThat(log.read("s", 1, 10)).hasSize(3);
    }

    @Test
    void a_commit_that_was_ended_on_its_way_is_done_again() throws SQLException {
        long epoch = own("s");
        database.execute("""
                create function linger() returns trigger language plpgsql as $$
                begin perform pg_sleep(case when new.first = 1 and nextval('tries') = 1 then 60 else 0 end); return null; end $$;
                create sequence tries;
                create constraint trigger linger after insert on event_batch
                deferrable initially deferred for each row execute function linger();
                """);

        CompletableFuture<AppendResult> appended = log.append("s", epoch, 0, EventLogContract.batch(2));
        endWhere("wait_event = 'PgSleep'");

        assertThat(appended.join()).isEqualTo(new Appended(1, 2, EventLogContract.CLOCK.millis()));
        assertThat(log.append("s", epoch, 2, EventLogContract.batch(1)).join()).isInstanceOf(Appended.class);
        assertThat(log.read("s", 1, 10)).hasSize(3);
    }

    /** What an owner was told, kept outside the log. */
    private record Ledger(Map<String, Long> acknowledged, Set<String> unknown, AtomicInteger refused) {
        Ledger() {
            this(new ConcurrentHashMap<>(), ConcurrentHashMap.newKeySet(), new AtomicInteger());
        }
    }

    private void own(String simulation, Ledger ledger, AtomicBoolean isDone) {
        LoggedSimulation mine = log.takeOwnership(simulation);
        long head = mine.head();
        for (int i = 0; !isDone.get(); i++) {
            String key = simulation + "-" + i;
            NewBatch batch = new NewBatch(List.of(new Unit(
                    List.of(EventLogContract.remark(key)), key, EventLogContract.digest(i), null, null, null)));
            AppendResult result =
                    log.append(simulation, mine.epoch(), head, batch).join();
            if (result instanceof Appended(long first, long last, long time)) {
                ledger.acknowledged.put(key, first);
                head = last;
            } else {
                assertThat(result).isInstanceOf(AppendResult.Unavailable.class);
                ledger.unknown.add(key);
                ledger.refused.incrementAndGet();
                mine = Awaitility.await().ignoreExceptions().until(() -> log.takeOwnership(simulation), m -> true);
                head = mine.head();
            }
        }
    }

    @Test
    void restarts_and_crashes_under_load_lose_nothing_write_nothing_twice_and_are_got_over() throws Exception {
        Ledger ledger = new Ledger();
        AtomicBoolean isDone = new AtomicBoolean();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> owners = new ArrayList<>();
            for (int i = 0; i < OWNERS; i++) {
                String simulation = "s" + i;
                assertThat(log.create(simulation)).isEqualTo(CreateResult.CREATED);
                owners.add(threads.submit(() -> own(simulation, ledger, isDone)));
            }
            for (int i = 0; i < RESTARTS; i++) {
                awaitMore(ledger);
                server.restart(i % 2 == 0 ? "INT" : "QUIT");
                server.awaitUp();
            }
            awaitMore(ledger);
            isDone.set(true);
            for (Future<?> owner : owners) {
                owner.get();
            }
        }

        assertThat(log.failure()).isNull();
        System.out.println(ledger.acknowledged.size() + " acknowledged, " + ledger.refused + " refused");
        Set<String> found = new HashSet<>();
        for (LoggedSimulation simulation : log.list(LoggedSimulation.NameRange.ALL, "", 1000)) {
            for (RecordedEvent event : log.read(simulation.name(), 1, Integer.MAX_VALUE)) {
                String key = String.valueOf(event.commandId());
                assertThat(found.add(key)).as("once: " + key).isTrue();
                Long position = ledger.acknowledged.get(key);
                if (position == null) {
                    assertThat(ledger.unknown).contains(key);
                } else {
                    assertThat(event.position()).isEqualTo(position);
                }
            }
        }
        assertThat(found).containsAll(ledger.acknowledged.keySet());
    }

    private static void awaitMore(Ledger ledger) {
        int before = ledger.acknowledged.size();
        Awaitility.await()
                .atMost(java.time.Duration.ofMinutes(1))
                .until(() -> ledger.acknowledged.size() > before + 500);
    }
}
