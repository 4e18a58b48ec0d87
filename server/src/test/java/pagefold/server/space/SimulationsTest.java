package pagefold.server.space;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.host.PluginHost;
import pagefold.model.MemoryCommand;
import pagefold.model.PluginBinding;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.SpaceKind;
import pagefold.server.log.EventLog;
import pagefold.server.log.LoggedSimulation;
import pagefold.server.replay.Projection;
import pagefold.server.replay.Reading;
import pagefold.server.replay.Snapshots;
import pagefold.server.replay.Trouble;
import pagefold.server.watch.Watchdog;

class SimulationsTest {
    @TempDir
    private Path data;

    private Vertx vertx;
    private PluginHost host;
    private EventLog log;
    private Simulations simulations;
    private final Watchdog watchdog = new Watchdog(Limits.DEFAULT.pluginMillis(), Clock.systemUTC());

    @BeforeEach
    void start() throws Exception {
        vertx = Vertx.vertx();
        host = PluginHost.withBuiltIn(getClass().getClassLoader());
        log = EventLog.open(data, Clock.systemUTC());
        simulations = new Simulations(new Surroundings(vertx, watchdog, Neighbours.NONE), log, host, Limits.DEFAULT);
        assertThat(await(simulations.create(new NewSimulation("s", "arm64", null, "4k-48", Coarsening.REJECT, null))))
                .isInstanceOf(Creation.Created.class);
    }

    @AfterEach
    void stop() throws Exception {
        await(simulations.close());
        await(vertx.close());
        log.close();
        host.close();
        watchdog.close();
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private UnitAnswer remark(String text) throws Exception {
        return await(simulations.submit("s", CommandUnit.of(new MemoryCommand.Annotate(null, text))));
    }

    @Test
    void a_writer_that_was_fenced_writes_nothing_and_the_next_one_goes_on() throws Exception {
        remark("first");
        log.takeOwnership("s");

        UnitAnswer fenced = remark("second");
        UnitAnswer next = remark("third");

        assertThat(fenced)
                .isInstanceOfSatisfying(
                        UnitAnswer.Failed.class,
                        failed -> assertThat(failed.trouble()).isInstanceOf(Trouble.Moved.class));
        assertThat(next).isEqualTo(new UnitAnswer.Accepted(3, 3, false));
        assertThat(log.find("s"))
                .isNotNull()
                .satisfies(head -> assertThat(head.head()).isEqualTo(3));
    }

    @Test
    void to_look_at_a_simulation_is_no_use_of_it() throws Exception {
        await(simulations.close());
        vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
        vertx = Vertx.vertx();
        Limits two = new Limits(2, 1024, 1024, Limits.DEFAULT.pluginMillis());
        simulations = new Simulations(new Surroundings(vertx, watchdog, Neighbours.NONE), log, host, two);
        for (String name : List.of("idle", "used")) {
            await(simulations.create(new NewSimulation(name, "arm64", null, "4k-48", Coarsening.REJECT, null)));
        }

        Reading<Long> seen = await(simulations.peek("idle", Projection::position));
        await(simulations.create(new NewSimulation("new", "arm64", null, "4k-48", Coarsening.REJECT, null)));

        assertThat(seen).isEqualTo(new Reading.Answered<>(1, 1L));
        assertThat(simulations.openNames()).containsExactlyInAnyOrder("used", "new");
        assertThat(simulations.peek("idle", Projection::position).failed()).isTrue();
        assertThat(simulations.openNames()).containsExactlyInAnyOrder("used", "new");
    }

    @Test
    void a_log_that_is_closed_is_said_to_be() throws Exception {
        remark("first");
        log.close();

        UnitAnswer answer = remark("second");

        assertThat(answer)
                .isInstanceOfSatisfying(
                        UnitAnswer.Failed.class,
                        failed -> assertThat(failed.trouble()).isInstanceOf(Trouble.LogFailed.class));
    }

    @Test
    void what_is_in_the_tables_is_published_without_gaps() throws Exception {
        Queue<Published> published = new ConcurrentLinkedQueue<>();
        vertx.eventBus().<Published>localConsumer("simulation.s.events", message -> {
            // The selection of the plugin was answered before this test, and may be published now.
            if (message.body().first() > 1) {
                published.add(message.body());
            }
        });
        List<Future<?>> answers = new ArrayList<>();
        answers.add(simulations.submit("s", CommandUnit.of(new MemoryCommand.CreateSpace("u", SpaceKind.USER))));
        for (int i = 0; i < 200; i++) {
            answers.add(simulations.submit("s", CommandUnit.of(new MemoryCommand.Annotate("u", "r" + i))));
        }
        await(Future.all(answers));

        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> published.stream().mapToLong(Published::last).max().orElse(0) == 202);
        long expected = 2;
        for (Published each : published) {
            assertThat(each.first()).isEqualTo(expected);
            expected = each.last() + 1;
        }
        // Requests that wait together become one row of the log.
        assertThat(published).hasSizeLessThan(150);
    }

    @Test
    void nothing_behind_a_refused_unit_of_a_lane_is_executed() throws Exception {
        Lane lane = new Lane();
        List<Future<UnitAnswer>> answers = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            MemoryCommand command =
                    i == 17 ? new MemoryCommand.DestroySpace("absent") : new MemoryCommand.Annotate(null, "r" + i);
            answers.add(simulations.submit(
                    "s", new CommandUnit(List.of(command), null, CommandUnit.Ids.NONE, lane.next())));
        }

        for (int i = 0; i < 40; i++) {
            UnitAnswer answer = await(answers.get(i));
            if (i < 17) {
                assertThat(answer).isEqualTo(new UnitAnswer.Accepted(2 + i, 2 + i, false));
            } else {
                assertThat(answer).isInstanceOf(i == 17 ? UnitAnswer.Rejected.class : UnitAnswer.Cancelled.class);
            }
        }
        assertThat(remark("behind")).isEqualTo(new UnitAnswer.Accepted(19, 19, false));
    }

    @Test
    void a_read_behind_an_answer_sees_what_was_answered() throws Exception {
        for (int i = 0; i < 50; i++) {
            UnitAnswer answer = remark("r" + i);
            Reading<Long> reading = await(simulations.ask("s", projection -> projection.position()));

            assertThat(answer).isEqualTo(new UnitAnswer.Accepted(2 + i, 2 + i, false));
            assertThat(reading).isEqualTo(new Reading.Answered<>(2 + i, 2L + i));
        }
    }

    @Test
    void a_long_history_is_opened_from_a_snapshot_and_is_the_same() throws Exception {
        List<MemoryCommand> remarks = Collections.nCopies(1024, new MemoryCommand.Annotate(null, "r"));
        for (int i = 0; i < 5; i++) {
            await(simulations.submit("s", new CommandUnit(remarks, null, CommandUnit.Ids.NONE, null)));
        }
        await(simulations.submit("s", CommandUnit.of(new MemoryCommand.CreateSpace("u", SpaceKind.USER))));
        String hash = hash();
        await(simulations.close());
        LoggedSimulation head = log.takeOwnership("s");
        vertx.close();
        vertx = Vertx.vertx();
        simulations = new Simulations(new Surroundings(vertx, watchdog, Neighbours.NONE), log, host, Limits.DEFAULT);

        assertThat(log.snapshots(head.id())).isNotEmpty().allMatch(position -> position >= Snapshots.LEAST_EVENTS);
        assertThat(hash()).isEqualTo(hash);
        assertThat(remark("behind")).isEqualTo(new UnitAnswer.Accepted(head.head() + 1, head.head() + 1, false));
    }

    @Test
    void a_model_that_is_ready_and_not_taken_is_let_go() throws Exception {
        remark("first");
        int before = vertx.deploymentIDs().size();
        int refused = 0;

        for (int i = 0; i < 20; i++) {
            long head = log.find("s").head();
            CommandUnit select = new CommandUnit(
                    List.of(new MemoryCommand.SelectPlugin(
                            new PluginBinding("arm64", "1.0", "16k-47", Coarsening.REJECT))),
                    head,
                    CommandUnit.Ids.NONE,
                    null);
            // While the model is made, this one becomes durable.
            Future<UnitAnswer> selected = simulations.submit("s", select);
            Future<UnitAnswer> between =
                    simulations.submit("s", CommandUnit.of(new MemoryCommand.Annotate(null, "between")));
            refused += await(selected) instanceof UnitAnswer.Stale ? 1 : 0;
            await(between);
        }

        assertThat(refused).isPositive();
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> vertx.deploymentIDs().size() <= before);
    }

    private String hash() throws Exception {
        Reading<String> reading = await(simulations.ask("s", Projection::imageHash));
        return reading instanceof Reading.Answered<String> answered ? answered.value() : reading.toString();
    }

    @Test
    void a_simulation_whose_creation_was_cut_short_can_be_created() throws Exception {
        log.create("cut");

        assertThat(await(simulations.submit("cut", CommandUnit.of(new MemoryCommand.Annotate(null, "r")))))
                .isEqualTo(new UnitAnswer.Failed(new Trouble.Unbound("cut")));
        assertThat(await(simulations.create(new NewSimulation("cut", "arm64", null, "4k-48", Coarsening.REJECT, null))))
                .isInstanceOf(Creation.Created.class);
        assertThat(await(simulations.create(new NewSimulation("cut", "arm64", null, "4k-48", Coarsening.REJECT, null))))
                .isEqualTo(new Creation.Exists("cut"));
    }
}
