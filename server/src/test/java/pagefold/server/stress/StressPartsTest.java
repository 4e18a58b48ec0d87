package pagefold.server.stress;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The parts of stress runs that need no server. */
class StressPartsTest {
    private static final Map<FaultKind, Integer> COUNTS =
            Map.of(FaultKind.KILL, 3, FaultKind.PAUSE, 2, FaultKind.RESTART_DATABASE, 4);

    @Test
    void the_same_seed_plans_the_same_faults_and_another_one_others() {
        List<Fault> plan = Fault.plan(COUNTS, 7);

        assertThat(plan).hasSize(9).isEqualTo(Fault.plan(COUNTS, 7)).isNotEqualTo(Fault.plan(COUNTS, 8));
        COUNTS.forEach((kind, count) ->
                assertThat(plan.stream().filter(fault -> fault.kind() == kind)).hasSize(count));
        assertThat(plan).allSatisfy(fault -> {
            assertThat(fault.afterMillis()).isPositive();
            assertThat(fault.lastsMillis())
                    .isEqualTo(
                            switch (fault.kind()) {
                                case PAUSE -> Fault.PAUSE_MILLIS;
                                case PARTITION -> Fault.CUT_MILLIS;
                                case KILL -> Math.clamp(fault.lastsMillis(), 500, 3500);
                                case RESTART, RESTART_DATABASE, SWAP_PLUGINS, JOIN -> 0;
                            });
        });
    }

    @Test
    void the_wait_for_a_fault_is_the_longest_one_from_the_fault_on() {
        long[] times = {10, 20, 30, 70, 75, 200};

        assertThat(FailOver.longestGap(times, 35, 80))
                .as("from the fault to 70, and 75 to 200")
                .isEqualTo(125);
        assertThat(FailOver.longestGap(times, 35, 72))
                .as("the last gap begins too late")
                .isEqualTo(35);
        assertThat(FailOver.longestGap(times, 12, 25)).isEqualTo(10);
        assertThat(FailOver.longestGap(times, 300, 400))
                .as("nothing came any more")
                .isZero();
        assertThat(FailOver.longestGap(new long[0], 0, 10)).isZero();
    }
}
