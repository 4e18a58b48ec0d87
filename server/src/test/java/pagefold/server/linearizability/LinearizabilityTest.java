package pagefold.server.linearizability;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The search for an order, on the head of a log. */
class LinearizabilityTest {
    private static final LogHead HEAD = new LogHead(0);
    private static final int HISTORIES = 20_000;
    private static final int LONG_HISTORIES = 50;
    private static final int LONG = 2_000;

    private static Operation<LogHead.Action> operation(LogHead.Action action, long invoked, long returned) {
        return new Operation<>(0, action, invoked, returned);
    }

    private static boolean passes(List<Operation<LogHead.Action>> history) {
        Verdict<LogHead.Action> verdict = Linearizability.check(HEAD, history);
        assertThat(verdict).isNotInstanceOf(Verdict.Undecided.class);
        if (verdict instanceof Verdict.Linearizable<LogHead.Action>(List<Operation<LogHead.Action>> order)) {
            assertIsOrder(order, history);
        }
        return verdict instanceof Verdict.Linearizable;
    }

    /** The order that was found is one: the object answers so, and it goes with the time. */
    private static void assertIsOrder(List<Operation<LogHead.Action>> order, List<Operation<LogHead.Action>> history) {
        Long state = HEAD.initial();
        long latest = Long.MIN_VALUE;
        for (Operation<LogHead.Action> operation : order) {
            state = HEAD.after(state, operation.action(), operation.isPending());
            assertThat(state).isNotNull();
            assertThat(operation.returned()).isGreaterThanOrEqualTo(latest);
            latest = Math.max(latest, operation.invoked());
        }
        assertThat(order)
                .containsAll(history.stream()
                        .filter(operation -> !operation.isPending())
                        .toList());
    }

    @Test
    void two_acknowledgements_of_one_position_are_found() {
        List<Operation<LogHead.Action>> history =
                List.of(operation(new LogHead.Append(0, 1), 0, 9), operation(new LogHead.Append(0, 1), 1, 8));

        Verdict<LogHead.Action> verdict = Linearizability.check(HEAD, history);

        assertThat(verdict).isInstanceOf(Verdict.NotLinearizable.class);
        if (verdict instanceof Verdict.NotLinearizable<LogHead.Action> no) {
            assertThat(no.before()).hasSize(1);
            assertThat(history).contains(no.stuck());
        }
    }

    @Test
    void a_read_that_comes_later_must_not_be_older() {
        Operation<LogHead.Action> append = operation(new LogHead.Append(0, 1), 0, 3);

        assertThat(passes(List.of(append, operation(new LogHead.Read(0), 2, 9))))
                .isTrue();
        assertThat(passes(List.of(append, operation(new LogHead.Read(0), 4, 9))))
                .isFalse();
        assertThat(passes(List.of(append, operation(new LogHead.Read(1), 4, 9))))
                .isTrue();
    }

    @Test
    void what_nobody_heard_of_may_have_happened_at_any_time_or_never() {
        Operation<LogHead.Action> pending = operation(new LogHead.Append(0, 0), 0, Operation.NEVER);

        assertThat(passes(List.of(pending, operation(new LogHead.Read(0), 5, 6))))
                .isTrue();
        assertThat(passes(List.of(
                        pending,
                        operation(new LogHead.Read(0), 5, 6),
                        operation(new LogHead.Read(1), 7, 8),
                        operation(new LogHead.Refused(0, 1), 9, 10))))
                .isTrue();
        assertThat(passes(List.of(pending, operation(new LogHead.Read(1), 5, 6), operation(new LogHead.Read(0), 7, 8))))
                .isFalse();
    }

    /** Every history of up to three operations on two positions with all ways to overlap. */
    @Test
    void every_small_history_has_the_verdict_of_its_definition() {
        int[] verdicts = new int[2];
        everySmallHistory(history -> {
            boolean expected = new EveryOrder<>(HEAD, history).exists();
            assertThat(passes(history)).as("%s", history).isEqualTo(expected);
            verdicts[expected ? 1 : 0]++;
        });

        assertThat(verdicts[0]).isGreaterThan(1000);
        assertThat(verdicts[1]).isGreaterThan(1000);
    }

    private static void everySmallHistory(Consumer<List<Operation<LogHead.Action>>> each) {
        List<LogHead.Action> actions = new ArrayList<>();
        for (int position = 0; position < 3; position++) {
            actions.add(new LogHead.Read(position));
            if (position < 2) {
                actions.add(new LogHead.Append(position, position + 1));
            }
            actions.add(new LogHead.Refused(position == 0 ? 1 : 0, position));
        }
        long[][] times = {{0, 3}, {1, 4}, {2, 9}, {5, 6}, {0, Operation.NEVER}};
        List<Operation<LogHead.Action>> operations = new ArrayList<>();
        for (LogHead.Action action : actions) {
            for (long[] time : times) {
                operations.add(operation(action, time[0], time[1]));
            }
        }
        for (Operation<LogHead.Action> first : operations) {
            for (Operation<LogHead.Action> second : operations) {
                each.accept(List.of(first, second));
                for (Operation<LogHead.Action> third : operations) {
                    each.accept(List.of(first, second, third));
                }
            }
        }
    }

    @Test
    void random_histories_have_the_verdict_of_their_definition() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("-Dseed=" + seed);
        Random random = new Random(seed);
        int[] verdicts = new int[2];
        for (int i = 0; i < HISTORIES; i++) {
            List<Operation<LogHead.Action>> history = new ArrayList<>(real(random, 1 + random.nextInt(7)));
            if (random.nextBoolean()) {
                int place = random.nextInt(history.size());
                history.set(place, changed(history.get(place), random));
            }
            boolean expected = new EveryOrder<>(HEAD, history).exists();
            assertThat(passes(history)).as("%s", history).isEqualTo(expected);
            verdicts[expected ? 1 : 0]++;
        }

        assertThat(verdicts[0]).isPositive();
        assertThat(verdicts[1]).isPositive();
    }

    @Test
    void long_histories_of_a_real_log_pass_and_fail_with_one_acknowledgement_twice() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("-Dseed=" + seed);
        Random random = new Random(seed);
        for (int i = 0; i < LONG_HISTORIES; i++) {
            List<Operation<LogHead.Action>> history = new ArrayList<>(real(random, LONG));
            assertThat(passes(history)).as("history %d", i).isTrue();

            Operation<LogHead.Action> twice = history.stream()
                    .filter(operation -> operation.action() instanceof LogHead.Append && !operation.isPending())
                    .skip(random.nextInt(LONG / 10))
                    .findFirst()
                    .orElseThrow();
            history.add(twice);
            assertThat(passes(history)).as("history %d with %s twice", i, twice).isFalse();
        }
    }

    @Test
    void a_search_that_takes_too_long_is_given_up() {
        List<Operation<LogHead.Action>> history = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            history.add(operation(new LogHead.Append(i, 0), 0, Operation.NEVER));
        }
        history.add(operation(new LogHead.Read(50), 1, 2));

        assertThat(Linearizability.check(HEAD, history, 20)).isInstanceOf(Verdict.Undecided.class);
    }

    /** What clients would see of a log that does one thing after the other. */
    private static List<Operation<LogHead.Action>> real(Random random, int count) {
        List<Operation<LogHead.Action>> history = new ArrayList<>();
        long head = 0;
        for (int i = 0; i < count; i++) {
            long effect = 10L * i;
            long invoked = effect - random.nextInt(60);
            long returned = effect + random.nextInt(60);
            long expected = Math.max(0, head - random.nextInt(3));
            LogHead.Action action;
            if (random.nextInt(3) == 0) {
                action = new LogHead.Read(head);
            } else if (expected == head) {
                head++;
                action = new LogHead.Append(expected, head);
            } else {
                action = new LogHead.Refused(expected, head);
            }
            boolean isPending = random.nextInt(20) == 0;
            history.add(new Operation<>(i % 8, action, invoked, isPending ? Operation.NEVER : returned));
        }
        return history;
    }

    private static Operation<LogHead.Action> changed(Operation<LogHead.Action> operation, Random random) {
        long shift = 1 + random.nextInt(2);
        LogHead.Action action = switch (operation.action()) {
            case LogHead.Read(long position) -> new LogHead.Read(position + shift);
            case LogHead.Append(long expected, long position) -> new LogHead.Append(expected + shift, position + shift);
            case LogHead.Refused(long expected, long position) -> new LogHead.Refused(expected, position + shift);
        };
        return new Operation<>(operation.client(), action, operation.invoked(), operation.returned());
    }
}
