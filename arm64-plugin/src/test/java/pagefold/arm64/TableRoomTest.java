package pagefold.arm64;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.MemoryEvent;
import pagefold.model.MemoryEvent.RangeMapped;
import pagefold.model.MemoryEvent.RangeUnmapped;
import pagefold.model.MemoryEvent.SpaceCreated;
import pagefold.model.MemoryEvent.SpaceForked;
import pagefold.model.MemoryType;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.Rejection;
import pagefold.model.Shareability;
import pagefold.model.Sharing;
import pagefold.model.Simulation;
import pagefold.model.SpaceKind;
import pagefold.model.Step;
import pagefold.table.PageTableModel;

/** Room for tables is counted once for each table, whatever else a batch does. */
class TableRoomTest {
    private final PageTableModel model = new Arm64Plugin().newModel("64k-48", Coarsening.REJECT);
    private final List<Step> steps = new ArrayList<>();
    private Simulation state = Simulation.EMPTY;

    private void add(MemoryEvent event) {
        steps.add(Step.of(state, event));
        state = steps.getLast().after();
    }

    private static RangeMapped map(long start, long size, String permissions) {
        return new RangeMapped(
                "u",
                AddressRange.ofSize(start, size),
                new Output.Backed("o" + start, 0, Sharing.PRIVATE),
                Attributes.user(Permissions.parse(permissions)));
    }

    @Test
    void thousands_of_changes_of_the_same_tables_fit_in_one_batch() {
        add(new SpaceCreated("u", SpaceKind.USER));
        for (int i = 0; i < 10_000; i++) {
            long start = (long) (i % 100) << 20;
            add(map(start, 0x10_0000, "rw-/rw-"));
            add(new RangeUnmapped("u", AddressRange.ofSize(start, 0x10_0000)));
        }

        assertThat(model.check(steps)).isNull();
    }

    @Test
    void what_needs_more_tables_than_a_simulation_may_have_is_refused_with_the_numbers() {
        add(new SpaceCreated("u", SpaceKind.USER));
        add(map(0, 1L << 42, "rw-/rw-"));

        PageTableModel.Refusal refusal = model.check(steps);

        assertThat(refusal).isNotNull();
        assertThat(refusal.index()).isEqualTo(1);
        assertThat(refusal.rejection()).isInstanceOf(Rejection.LimitExceeded.class);
        assertThat(refusal.rejection().fields()).containsEntry("limit", 256L << 20);
    }

    @Test
    void reserved_memory_without_permissions_needs_no_tables_in_a_fork_either() {
        add(new SpaceCreated("u", SpaceKind.USER));
        add(map(0, 1L << 46, "---/---"));
        add(map(1L << 47, 1L << 20, "rw-/rw-"));
        for (int i = 0; i < 500; i++) {
            add(new SpaceForked("u", "child" + i));
        }

        assertThat(model.check(steps)).isNull();
        steps.forEach(step -> model.apply(step, null));
        assertThat(model.statistics().tables()).isEqualTo(501 * 3);
    }

    @Test
    void frames_placed_for_one_mapping_may_not_fit_the_blocks_of_another_and_are_counted_as_pages() {
        Attributes blocks = new Attributes(
                Permissions.parse("rw-/rw-"),
                MemoryType.NORMAL_WB,
                Shareability.INNER_SHAREABLE,
                false,
                false,
                0,
                true,
                false);
        Output object = new Output.Backed("o", 0, Sharing.SHARED);
        add(new SpaceCreated("u", SpaceKind.USER));
        add(new RangeMapped("u", AddressRange.ofSize(0, 1L << 42), object, blocks));
        assertThat(model.check(steps)).isNull();
        add(new RangeMapped("u", AddressRange.ofSize((1L << 43) + (1 << 16), 1L << 42), object, blocks));

        assertThat(model.check(steps)).isNotNull();
        steps.subList(0, 2).forEach(step -> model.apply(step, null));
        assertThat(model.check(steps.subList(2, 3))).isNotNull();
    }

    @Test
    void forks_beyond_the_limit_are_refused_before_anything_is_written() {
        add(new SpaceCreated("u", SpaceKind.USER));
        add(map(0, 1L << 36, "rw-/rw-"));
        for (int i = 0; i < 40; i++) {
            add(new SpaceForked("u", "child" + i));
        }

        PageTableModel.Refusal refusal = model.check(steps);

        assertThat(refusal).isNotNull();
        int accepted = refusal.index();
        steps.subList(0, accepted).forEach(step -> model.apply(step, null));
        assertThat(model.statistics().tableBytes()).isLessThanOrEqualTo(256L << 20);
        assertThat(model.check(List.of(steps.get(accepted)))).isNotNull();
    }
}
