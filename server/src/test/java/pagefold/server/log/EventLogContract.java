package pagefold.server.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import pagefold.model.MemoryEvent;
import pagefold.server.log.AppendResult.Appended;
import pagefold.server.log.AppendResult.Conflict;
import pagefold.server.log.AppendResult.DuplicateCommand;
import pagefold.server.log.NewBatch.Unit;
import pagefold.server.wire.EventCodec;
import pagefold.server.wire.RandomModel;
import pagefold.server.wire.Seed;

/** What every event log keeps, whatever database is below it; a database's test class extends this one. */
abstract class EventLogContract extends LogContract {
    private static final int SIMULATIONS = 48;

    static String digest(int number) {
        return "%064x".formatted(number);
    }

    static MemoryEvent remark(String text) {
        return new MemoryEvent.Annotated(null, text);
    }

    static NewBatch batch(int events) {
        return new NewBatch(List.of(Unit.of(IntStream.range(0, events)
                .<MemoryEvent>mapToObj(i -> remark("event " + i))
                .toList())));
    }

    /** Makes a simulation and owns it; answers the epoch. */
    long own(String simulation) {
        assertThat(log.create(simulation)).isEqualTo(CreateResult.CREATED);
        return log.takeOwnership(simulation).epoch();
    }

    AppendResult append(String simulation, long epoch, long expected, NewBatch batch) {
        return log.append(simulation, epoch, expected, batch).join();
    }

    List<RecordedEvent> all(String simulation) {
        return log.read(simulation, 1, Integer.MAX_VALUE);
    }

    @Test
    void a_new_simulation_is_empty_and_listed_by_name() {
        assertThat(log.create("b")).isEqualTo(CreateResult.CREATED);
        assertThat(log.create("a")).isEqualTo(CreateResult.CREATED);
        assertThat(log.create("a")).isEqualTo(CreateResult.EXISTS);

        assertThat(log.list(LoggedSimulation.NameRange.ALL, "", 1000))
                .containsExactly(
                        new LoggedSimulation(2, "a", 0, 0, CLOCK.millis(), null),
                        new LoggedSimulation(1, "b", 0, 0, CLOCK.millis(), null));
        assertThat(log.find("a")).isEqualTo(new LoggedSimulation(2, "a", 0, 0, CLOCK.millis(), null));
        assertThat(all("a")).isEmpty();
    }

    @Test
    void the_number_of_simulations_has_a_limit() throws SQLException {
        log.create("a");
        log.close();
        database.execute("update log_state set simulations = " + (EventLog.MAX_SIMULATIONS - 1));
        log = open();

        assertThat(log.create("b")).isEqualTo(CreateResult.CREATED);
        assertThat(log.create("one-more")).isEqualTo(CreateResult.LIMIT_REACHED);
        assertThat(log.create("a")).isEqualTo(CreateResult.EXISTS);
        assertThat(log.delete("b", null)).isNotNull();
        assertThat(log.create("one-more")).isEqualTo(CreateResult.CREATED);
    }

    @Test
    void simulations_are_read_in_pages_by_name_and_counted() {
        List<String> names = List.of("A", "a", "a-1", "a.1", "a1", "aB", "a_", "aa", "b", "z");
        names.reversed().forEach(name -> log.create(name, name.startsWith("a") ? "ann" : null));

        assertThat(names(LoggedSimulation.NameRange.ALL, "", 100)).isEqualTo(names);
        assertThat(names(LoggedSimulation.NameRange.ALL, "a", 3)).containsExactly("a-1", "a.1", "a1");
        assertThat(names(LoggedSimulation.NameRange.ALL, "z", 3)).isEmpty();
        assertThat(names(LoggedSimulation.NameRange.beginningWith("a"), "", 100))
                .isEqualTo(names.subList(1, 8));
        assertThat(names(LoggedSimulation.NameRange.beginningWith("a"), "aB", 100))
                .containsExactly("a_", "aa");
        assertThat(names(LoggedSimulation.NameRange.only("a"), "", 100)).containsExactly("a");
        assertThat(names(LoggedSimulation.NameRange.only("a"), "a", 100)).isEmpty();
        List<String> each = new ArrayList<>();
        log.forEach(row -> each.add(row.name()));
        assertThat(each).isEqualTo(names);
        assertThat(log.byId(2, 9, 3)).extracting(LoggedSimulation::name).containsExactly("aa", "a_", "aB");
        assertThat(log.byId(8, 9, 3)).extracting(LoggedSimulation::name).containsExactly("a");
        assertThat(log.find(List.of("z", "nobody", "a")))
                .extracting(LoggedSimulation::name)
                .containsExactlyInAnyOrder("a", "z");
        assertThat(log.size()).isEqualTo(new LoggedSimulation.Count(10, 10));
        assertThat(log.madeBy("ann")).isEqualTo(7);

        log.delete("a", null);

        assertThat(log.size()).isEqualTo(new LoggedSimulation.Count(10, 9));
        assertThat(log.madeBy("ann")).isEqualTo(6);
    }

    private List<String> names(LoggedSimulation.NameRange range, String after, int limit) {
        return log.list(range, after, limit).stream()
                .map(LoggedSimulation::name)
                .toList();
    }

    @Test
    void a_log_that_a_newer_server_has_migrated_is_refused() throws SQLException {
        log.close();
        database.execute("""
                insert into flyway_schema_history
                select 99, '99', 'from the future', type, script, 1, installed_by, installed_on, 1, success
                from flyway_schema_history where installed_rank = 1
                """);

        assertThatThrownBy(this::open).isInstanceOf(LogUnavailable.class).hasMessageContaining("99");

        database.execute("delete from flyway_schema_history where installed_rank = 99");
        log = open();
    }

    @Test
    void what_is_not_there_is_said_to_be_missing() {
        assertThat(log.find("x")).isNull();
        assertThat(log.delete("x", null)).isNull();
        assertThat(log.delete("x", 1L)).isNull();
        assertThat(log.command("x", "c")).isNull();
        assertThat(append("x", 1, 0, batch(1))).isEqualTo(new AppendResult.UnknownSimulation("x"));
        assertThatThrownBy(() -> log.takeOwnership("x")).isInstanceOf(NoSuchSimulation.class);
        assertThatThrownBy(() -> all("x"))
                .isInstanceOf(NoSuchSimulation.class)
                .hasMessage("There is no simulation 'x' in the log.");
        assertThatThrownBy(() -> log.create("../x")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void events_come_back_as_they_were_appended() {
        RandomModel model = new RandomModel(Seed.forTest("events_come_back_as_they_were_appended"));
        List<MemoryEvent> events = Stream.generate(model::event).limit(500).toList();
        long epoch = own("s");
        NewBatch batch = new NewBatch(List.of(
                new Unit(events.subList(0, 100), "c \"1\"", digest(1), "corr", "00-4bf9-00f0-01", "ann"),
                Unit.of(events.subList(100, 101)),
                new Unit(events.subList(101, 500), null, null, "c2", null, null)));

        assertThat(append("s", epoch, 0, batch)).isEqualTo(new Appended(1, 500, CLOCK.millis()));
        restart();

        List<RecordedEvent> read = all("s");
        assertThat(read).extracting(RecordedEvent::event).isEqualTo(events);
        assertThat(read.get(99))
                .isEqualTo(new RecordedEvent(
                        100,
                        events.get(99),
                        EventCodec.schemaVersion(events.get(99)),
                        CLOCK.millis(),
                        "c \"1\"",
                        "corr",
                        "00-4bf9-00f0-01",
                        "ann"));
        assertThat(read.get(100))
                .isEqualTo(new RecordedEvent(
                        101,
                        events.get(100),
                        EventCodec.schemaVersion(events.get(100)),
                        CLOCK.millis(),
                        null,
                        null,
                        null,
                        null));
        assertThat(read.get(499).correlation()).isEqualTo("c2");
    }

    @Test
    void an_append_on_another_head_or_epoch_writes_nothing() {
        long epoch = own("s");
        append("s", epoch, 0, batch(3));

        assertThat(append("s", epoch, 2, batch(1))).isEqualTo(new Conflict(3, epoch));
        assertThat(append("s", epoch, 4, batch(1))).isEqualTo(new Conflict(3, epoch));
        assertThat(append("s", epoch - 1, 3, batch(1))).isEqualTo(new Conflict(3, epoch));
        assertThat(append("s", epoch + 1, 3, batch(1))).isEqualTo(new Conflict(3, epoch));

        assertThat(all("s")).hasSize(3);
        assertThat(append("s", epoch, 3, batch(1))).isEqualTo(new Appended(4, 4, CLOCK.millis()));
    }

    @Test
    void a_former_owner_is_refused_from_the_moment_another_takes_over() {
        long old = own("s");
        append("s", old, 0, batch(2));

        LoggedSimulation taken = log.takeOwnership("s");

        assertThat(taken).isEqualTo(new LoggedSimulation(1, "s", old + 1, 2, CLOCK.millis(), null));
        assertThat(append("s", old, 2, batch(1))).isEqualTo(new Conflict(2, old + 1));
        assertThat(append("s", old + 1, 2, batch(1))).isEqualTo(new Appended(3, 3, CLOCK.millis()));
    }

    @Test
    void refused_appends_do_not_harm_the_others_of_their_group() {
        List<CompletableFuture<AppendResult>> good = new ArrayList<>();
        List<CompletableFuture<AppendResult>> bad = new ArrayList<>();
        List<Long> epochs = new ArrayList<>();
        for (int i = 0; i < SIMULATIONS; i++) {
            epochs.add(own("s" + i));
        }

        for (int i = 0; i < SIMULATIONS; i++) {
            bad.add(log.append("s" + i, epochs.get(i) + 7, 0, batch(2)));
            good.add(log.append("s" + i, epochs.get(i), 0, batch(2)));
            bad.add(log.append("s" + i, epochs.get(i), 0, batch(2)));
        }

        assertThat(good).allSatisfy(result -> assertThat(result.join()).isEqualTo(new Appended(1, 2, CLOCK.millis())));
        assertThat(bad).allSatisfy(result -> assertThat(result.join()).isInstanceOf(Conflict.class));
        assertThat(log.list(LoggedSimulation.NameRange.ALL, "", 1000))
                .allSatisfy(simulation -> assertThat(simulation.head()).isEqualTo(2));
    }

    @Test
    void an_owner_may_append_ahead_of_the_answers() {
        long epoch = own("s");
        List<CompletableFuture<AppendResult>> results = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            results.add(log.append("s", epoch, 3L * i, batch(3)));
        }

        for (int i = 0; i < 200; i++) {
            assertThat(results.get(i).join()).isEqualTo(new Appended(3L * i + 1, 3L * i + 3, CLOCK.millis()));
        }
    }

    @Test
    void a_command_id_leads_to_its_first_answer_for_ever() {
        long epoch = own("s");
        own("other");
        NewBatch first = new NewBatch(List.of(
                Unit.of(List.of(remark("a"))),
                new Unit(List.of(remark("b"), remark("c")), "key-1", digest(1), null, null, null),
                new Unit(List.of(remark("d")), "key-2", digest(2), null, null, null)));
        append("s", epoch, 0, first);

        restart();

        assertThat(log.command("s", "key-1")).isEqualTo(new CommandRecord(2, 3, digest(1)));
        assertThat(log.command("s", "key-2")).isEqualTo(new CommandRecord(4, 4, digest(2)));
        assertThat(log.command("s", "key-3")).isNull();
        assertThat(log.command("other", "key-1")).isNull();
        NewBatch again = new NewBatch(List.of(
                new Unit(List.of(remark("e")), "key-3", digest(3), null, null, null),
                new Unit(List.of(remark("f")), "key-2", digest(9), null, null, null)));
        assertThat(append("s", epoch, 4, again))
                .isEqualTo(new DuplicateCommand("key-2", new CommandRecord(4, 4, digest(2))));
        assertThat(log.command("s", "key-3")).isNull();
        assertThat(all("s")).hasSize(4);
    }

    @Test
    void a_deleted_simulation_leaves_nothing_behind() {
        long epoch = own("s");
        append(
                "s",
                epoch,
                0,
                new NewBatch(List.of(new Unit(List.of(remark("a")), "key", digest(1), null, null, null))));

        assertThat(log.delete("s", null)).isNotNull();

        assertThat(log.list(LoggedSimulation.NameRange.ALL, "", 1000)).isEmpty();
        assertThat(log.create("s")).isEqualTo(CreateResult.CREATED);
        assertThat(all("s")).isEmpty();
        assertThat(log.command("s", "key")).isNull();
    }

    @Test
    void the_owner_of_a_deleted_simulation_cannot_append_to_a_namesake() {
        long old = own("s");
        old = log.takeOwnership("s").epoch();
        log.delete("s", null);

        restart();
        log.create("s");

        assertThat(append("s", old - 1, 0, batch(1))).isInstanceOf(Conflict.class);
        long epoch = log.takeOwnership("s").epoch();
        assertThat(epoch).isGreaterThan(old);
        assertThat(append("s", old, 0, batch(1))).isEqualTo(new Conflict(0, epoch));
    }

    @Test
    void a_reader_notices_when_the_simulation_is_deleted_under_it() {
        long epoch = own("s");
        for (int i = 0; i < 600; i++) {
            log.append("s", epoch, i, batch(1));
        }
        append("s", epoch, 600, batch(1));

        assertThatThrownBy(() -> log.read("s", 1, event -> {
                    if (event.position() == 1) {
                        log.delete("s", null);
                        own("s");
                    }
                    return true;
                }))
                .isInstanceOf(NoSuchSimulation.class);
    }

    @Test
    void a_history_can_be_read_from_anywhere() {
        long epoch = own("s");
        RandomGenerator random = Seed.forTest("a_history_can_be_read_from_anywhere");
        int head = 0;
        while (head < 700) {
            int size = 1 + random.nextInt(4);
            List<MemoryEvent> events = new ArrayList<>();
            for (int i = 1; i <= size; i++) {
                events.add(remark("#" + (head + i)));
            }
            append("s", epoch, head, new NewBatch(List.of(Unit.of(events))));
            head += size;
        }

        for (int i = 0; i < 300; i++) {
            int from = 1 + random.nextInt(head + 5);
            int limit = 1 + random.nextInt(i % 10 == 0 ? 1000 : 10);
            List<RecordedEvent> read = log.read("s", from, limit);
            assertThat(read).hasSize(Math.max(0, Math.min(limit, head - from + 1)));
            for (int j = 0; j < read.size(); j++) {
                assertThat(read.get(j).position()).isEqualTo(from + j);
                assertThat(read.get(j).event()).isEqualTo(remark("#" + (from + j)));
            }
            assertThat(log.eventAt("s", from)).isEqualTo(read.isEmpty() ? null : read.getFirst());
        }
        assertThat(log.eventAt("s", 0)).isNull();
        assertThat(log.eventAt("s", Long.MAX_VALUE)).isNull();
        assertThatThrownBy(() -> log.read("s", 0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> log.read("s", 1, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_batch_larger_than_a_row_may_be_is_refused() {
        long epoch = own("s");
        String longest = "\u0001".repeat(4096);
        List<MemoryEvent> events = Collections.nCopies(1400, remark(longest));

        AppendResult result = append("s", epoch, 0, new NewBatch(List.of(Unit.of(events))));

        assertThat(result)
                .isInstanceOfSatisfying(
                        AppendResult.TooLarge.class,
                        tooLarge -> assertThat(tooLarge.bytes()).isGreaterThan(tooLarge.limit()));
        assertThat(append("s", epoch, 0, new NewBatch(List.of(Unit.of(events.subList(0, 1300))))))
                .isInstanceOf(Appended.class);
        assertThat(all("s")).hasSize(1300);
    }

    @Test
    void a_closed_log_refuses_and_does_not_hang() {
        long epoch = own("s");
        List<CompletableFuture<AppendResult>> before = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            before.add(log.append("s", epoch, i, batch(1)));
        }
        log.close();

        assertThat(before).allSatisfy(result -> assertThat(result.join()).isInstanceOf(Appended.class));
        assertThat(append("s", epoch, 50, batch(1))).isInstanceOf(AppendResult.Unavailable.class);
        assertThatThrownBy(() -> log.find("s"))
                .isInstanceOf(LogUnavailable.class)
                .hasMessage("The log is closed.");
        log = open();
        assertThat(all("s")).hasSize(50);
    }

    @Test
    void a_restart_after_any_append_changes_nothing() {
        RandomGenerator random = Seed.forTest("a_restart_after_any_append_changes_nothing");
        RandomModel model = new RandomModel(random);
        Map<String, List<MemoryEvent>> expected = new TreeMap<>();
        for (int step = 0; step < 30; step++) {
            String simulation = "s" + random.nextInt(3);
            if (!expected.containsKey(simulation)) {
                log.create(simulation);
                expected.put(simulation, new ArrayList<>());
            }
            List<MemoryEvent> history = expected.get(simulation);
            List<MemoryEvent> events =
                    Stream.generate(model::event).limit(1 + random.nextInt(20)).toList();
            long epoch = log.takeOwnership(simulation).epoch();

            AppendResult result = append(simulation, epoch, history.size(), new NewBatch(List.of(Unit.of(events))));
            history.addAll(events);
            restart();

            assertThat(result)
                    .isEqualTo(new Appended(history.size() - events.size() + 1, history.size(), CLOCK.millis()));
            expected.forEach((name, all) ->
                    assertThat(all(name)).extracting(RecordedEvent::event).isEqualTo(all));
        }
    }

    @Test
    void many_simulations_at_once_keep_their_own_histories() throws Exception {
        RandomGenerator seeds = Seed.forTest("many_simulations_at_once_keep_their_own_histories");
        Map<String, List<MemoryEvent>> expected = new ConcurrentHashMap<>();
        try (var owners = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < SIMULATIONS; i++) {
                String simulation = "s" + i;
                long seed = seeds.nextLong();
                owners.submit(() -> {
                    RandomModel model = new RandomModel(new SplittableRandom(seed));
                    RandomGenerator random = new SplittableRandom(seed);
                    List<MemoryEvent> history = new ArrayList<>();
                    long epoch = own(simulation);
                    for (int step = 0; step < 25; step++) {
                        List<MemoryEvent> events = Stream.generate(model::event)
                                .limit(1 + random.nextInt(12))
                                .toList();
                        assertThat(append(simulation, epoch, history.size(), new NewBatch(List.of(Unit.of(events)))))
                                .isInstanceOf(Appended.class);
                        history.addAll(events);
                    }
                    expected.put(simulation, history);
                });
            }
        }
        restart();

        assertThat(expected).hasSize(SIMULATIONS);
        expected.forEach((name, history) ->
                assertThat(all(name)).extracting(RecordedEvent::event).isEqualTo(history));
    }

    @Test
    void owners_that_fight_for_a_simulation_never_both_win_a_position() throws Exception {
        own("s");
        Map<Long, String> winners = new ConcurrentHashMap<>();
        List<Future<?>> fights = new ArrayList<>();
        try (var owners = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 8; i++) {
                String owner = "owner " + i;
                fights.add(owners.submit(() -> {
                    for (int turn = 0; turn < 20; turn++) {
                        LoggedSimulation mine = log.takeOwnership("s");
                        for (long head = mine.head(); head < mine.head() + 5; head++) {
                            AppendResult result = append("s", mine.epoch(), head, NewBatch.of(remark(owner)));
                            if (!(result instanceof Appended(long first, long last, long time))) {
                                assertThat(result).isInstanceOf(Conflict.class);
                                break;
                            }
                            assertThat(winners.put(first, owner)).isNull();
                        }
                    }
                }));
            }
        }
        for (Future<?> fight : fights) {
            fight.get();
        }

        List<RecordedEvent> history = all("s");
        assertThat(history).hasSize(winners.size()).isNotEmpty();
        history.forEach(event -> assertThat(event.event()).isEqualTo(remark(winners.get(event.position()))));
    }

    @Test
    void readers_beside_writers_see_a_growing_prefix() throws Exception {
        long epoch = own("s");
        AtomicBoolean isDone = new AtomicBoolean();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> readers = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                readers.add(threads.submit(() -> {
                    int before = 0;
                    while (!isDone.get()) {
                        List<RecordedEvent> seen = all("s");
                        assertThat(seen.size()).isGreaterThanOrEqualTo(before);
                        for (int j = 0; j < seen.size(); j++) {
                            assertThat(seen.get(j).position()).isEqualTo(j + 1);
                        }
                        before = seen.size();
                    }
                }));
            }
            for (int i = 0; i < 150; i++) {
                append("s", epoch, 2L * i, batch(2));
            }
            isDone.set(true);
            for (Future<?> reader : readers) {
                reader.get();
            }
        }
    }
}
