package pagefold.server.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import pagefold.model.PluginBinding;
import pagefold.model.PluginBinding.Coarsening;

class WatchdogTest {
    private static final PluginBinding BINDING = new PluginBinding("mips", "1.0", "r4000", Coarsening.REJECT);
    private static final PluginBinding OTHER = new PluginBinding("mips", "1.1", "r4000", Coarsening.REJECT);
    private static final Instant NOW = Instant.parse("2026-11-28T10:00:00Z");
    private static final int WAIT_SECONDS = 60;

    private final Watchdog watchdog = new Watchdog(200, Clock.fixed(NOW, ZoneOffset.UTC));
    private final AtomicBoolean goOn = new AtomicBoolean();

    @AfterEach
    void stop() {
        goOn.set(true);
        watchdog.close();
    }

    private PluginThreads threads(int threads, int limit) {
        return new PluginThreads(watchdog, "test", threads, "pieces of work", limit);
    }

    /** Enters a plugin at a position and does not leave it, whoever interrupts. */
    private @org.jspecify.annotations.Nullable Void loop(PluginBinding binding, long position) {
        PluginCall call = PluginCall.current();
        call.enter(binding, position, "a loop");
        try {
            while (!goOn.get()) {
                Thread.onSpinWait();
            }
            return null;
        } finally {
            call.leave();
        }
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(WAIT_SECONDS, TimeUnit.SECONDS);
    }

    private static PluginFailure failure(CompletableFuture<?> future) throws Exception {
        try {
            future.get(WAIT_SECONDS, TimeUnit.SECONDS);
            throw new AssertionError("expected a failure");
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(PluginFailure.class);
            return (PluginFailure) e.getCause();
        }
    }

    @Test
    void work_that_does_not_come_out_of_a_plugin_fails_and_the_next_has_its_place() throws Exception {
        PluginThreads one = threads(1, 8);

        CompletableFuture<?> stuck = one.run("s", () -> loop(BINDING, 7));
        CompletableFuture<String> behind = one.run("s", () -> "done");
        PluginFailure failure = failure(stuck);

        assertThat(failure.position()).isEqualTo(7);
        assertThat(failure.binding()).isEqualTo(BINDING);
        assertThat(failure.reason()).isEqualTo("the plugin mips did not return within 0.2 s from a loop at position 7");
        assertThat(get(behind)).isEqualTo("done");
        assertThat(watchdog.quarantine().cases())
                .containsExactly(new Quarantine.Case("s", BINDING, 7, failure.reason(), NOW));
        assertThat(watchdog.quarantine().heldUp(BINDING)).isEqualTo(1);
        assertThat(watchdog.quarantine().heldUp(OTHER)).isZero();
    }

    @Test
    void no_more_work_goes_on_at_a_time_than_was_asked_for_after_a_thread_came_back() throws Exception {
        PluginThreads one = threads(1, 100);
        failure(one.run("s", () -> loop(BINDING, 7)));
        goOn.set(true);
        Awaitility.await()
                .atMost(Duration.ofSeconds(WAIT_SECONDS))
                .until(() -> watchdog.quarantine().heldUp() == 0);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();

        List<CompletableFuture<Integer>> all = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            all.add(one.run("s", () -> {
                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                Thread.yield();
                return inside.decrementAndGet();
            }));
        }
        for (CompletableFuture<Integer> each : all) {
            get(each);
        }

        assertThat(most).hasValue(1);
    }

    @Test
    void what_is_in_quarantine_is_not_entered_from_there_on_but_before_and_elsewhere_and_in_trials() throws Exception {
        PluginThreads two = threads(2, 8);
        watchdog.quarantine("s", BINDING, 7, "it is known");

        assertThat(failure(two.run("s", () -> entered(BINDING, 7))).reason()).isEqualTo("it is known");
        assertThat(failure(two.run("s", () -> entered(BINDING, 8))).position()).isEqualTo(7);
        assertThat(get(two.run("s", () -> entered(BINDING, 6)))).isEqualTo(6);
        assertThat(get(two.run("t", () -> entered(BINDING, 8)))).isEqualTo(8);
        assertThat(get(two.run("s", () -> entered(OTHER, 8)))).isEqualTo(8);
        assertThat(get(two.tried("s", () -> entered(BINDING, 8)))).isEqualTo(8);
        watchdog.quarantine().end("s", BINDING);
        assertThat(get(two.run("s", () -> entered(BINDING, 8)))).isEqualTo(8);
    }

    private static long entered(PluginBinding binding, long position) {
        PluginCall call = PluginCall.current();
        call.enter(binding, position, "a step");
        call.leave();
        return position;
    }

    @Test
    void many_short_calls_of_one_piece_of_work_are_not_one_long_call() throws Exception {
        PluginThreads one = threads(1, 8);
        long end = System.nanoTime() + Duration.ofSeconds(1).toNanos();

        long steps = get(one.run("s", () -> {
            long position = 0;
            while (System.nanoTime() < end) {
                position = entered(BINDING, position + 1);
            }
            return position;
        }));

        assertThat(steps).isPositive();
        assertThat(watchdog.quarantine().cases()).isEmpty();
    }

    @Test
    void questions_within_a_question_are_one_call() throws Exception {
        PluginThreads one = threads(1, 8);

        PluginFailure failure = failure(one.run("s", () -> {
            PluginCall call = PluginCall.current();
            call.enter(BINDING, 3, "the outer one");
            while (!goOn.get()) {
                entered(BINDING, 4);
            }
            return 0;
        }));

        assertThat(failure.reason()).contains("from the outer one at position 3");
    }

    @Test
    void there_is_a_limit_to_what_waits() throws Exception {
        PluginThreads one = threads(1, 2);
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        CompletableFuture<Boolean> first = one.run("s", () -> {
            begun.countDown();
            return end.await(WAIT_SECONDS, TimeUnit.SECONDS);
        });
        begun.await();
        CompletableFuture<String> second = one.run("s", () -> "done");

        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> one.run("s", () -> "one too many").get(WAIT_SECONDS, TimeUnit.SECONDS))
                .withCauseInstanceOf(PluginThreads.Full.class)
                .withMessageContaining("at most 2 pieces of work");
        end.countDown();
        assertThat(get(first)).isTrue();
        assertThat(get(second)).isEqualTo("done");
        assertThat(get(one.run("s", () -> "room again"))).isEqualTo("room again");
    }

    @Test
    void a_sequence_keeps_the_order_on_many_threads() throws Exception {
        Sequence sequence = new Sequence(threads(4, Integer.MAX_VALUE), "s");
        List<Integer> seen = new ArrayList<>();
        CompletableFuture<Boolean> done = new CompletableFuture<>();

        for (int i = 0; i < 10_000; i++) {
            int number = i;
            sequence.execute(() -> seen.add(number), e -> done.completeExceptionally(e));
        }
        sequence.execute(() -> done.complete(true), e -> done.completeExceptionally(e));

        assertThat(get(done)).isTrue();
        assertThat(seen).hasSize(10_000).isSorted();
    }

    @Test
    void a_sequence_that_is_stuck_tells_all_that_waits_and_all_that_comes_later() throws Exception {
        Sequence sequence = new Sequence(threads(1, Integer.MAX_VALUE), "s");
        Queue<String> told = new ConcurrentLinkedQueue<>();

        sequence.execute(() -> told.add("first"), e -> told.add("not first"));
        sequence.execute(() -> loop(BINDING, 9), e -> told.add("stuck"));
        sequence.execute(() -> told.add("second"), e -> told.add("not second"));
        Awaitility.await().atMost(Duration.ofSeconds(WAIT_SECONDS)).until(() -> told.size() == 3);
        sequence.execute(() -> told.add("third"), e -> told.add("not third"));
        goOn.set(true);
        Awaitility.await()
                .atMost(Duration.ofSeconds(WAIT_SECONDS))
                .until(() -> watchdog.quarantine().heldUp() == 0);

        assertThat(told).containsExactly("first", "stuck", "not second", "not third");
    }

    @Test
    void a_thread_that_is_given_up_has_the_least_share_of_the_processors() throws Exception {
        Path own = Path.of("/proc/thread-self/stat");
        assumeThat(own).as("the kernel's word about a thread").exists();
        CompletableFuture<Path> task = new CompletableFuture<>();

        CompletableFuture<?> stuck = threads(1, 8).run("s", () -> {
            task.complete(Path.of("/proc").resolve(Files.readSymbolicLink(Path.of("/proc/thread-self"))));
            return loop(BINDING, 7);
        });
        Path stat = get(task).resolve("stat");
        int before = niceness(stat);
        failure(stuck);

        assertThat(before).isLessThan(19);
        assertThat(niceness(stat)).isEqualTo(19);
    }

    /** The 19th field; the second one is a name in parentheses. */
    private static int niceness(Path stat) throws Exception {
        String text = Files.readString(stat);
        return Integer.parseInt(text.substring(text.lastIndexOf(')') + 2).split(" ")[16]);
    }
}
