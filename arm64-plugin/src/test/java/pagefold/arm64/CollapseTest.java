package pagefold.arm64;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.MemoryEvent;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.Simulation;
import pagefold.model.SpaceKind;
import pagefold.model.Step;
import pagefold.table.PageTableModel;
import pagefold.table.TableListener;

/** A block that is split and made again. */
class CollapseTest {
    private static final AddressRange BLOCK = AddressRange.ofSize(0x20_0000L, 2 << 20);
    private static final AddressRange PAGE = AddressRange.ofSize(0x20_0000L, 0x1000);

    private final PageTableModel model = new Arm64Plugin().newModel("4k-48", Coarsening.REJECT);
    private final Map<Long, Long> told = new HashMap<>();
    private Simulation simulation = Simulation.EMPTY;

    private void apply(MemoryEvent event) {
        Step step = Step.of(simulation, event);
        model.apply(step, new Memory());
        simulation = step.after();
    }

    private final class Memory implements TableListener {
        @Override
        public void wrote(long address, int level, long oldWord, long newWord) {
            told.merge(address, newWord, (before, now) -> now == 0 ? null : now);
        }

        @Override
        public void invalidated(String space, long start, long last, boolean leafOnly) {}

        @Override
        public void invalidatedAll(String space) {}
    }

    @Test
    void the_words_of_a_table_that_becomes_a_block_are_told() {
        Permissions readWrite = Permissions.parse("rw-/rw-");
        Attributes pages = Attributes.user(readWrite);
        Attributes blocks = new Attributes(
                readWrite, pages.memoryType(), pages.shareability(), pages.global(), pages.guarded(), 0, true, false);
        apply(new MemoryEvent.SpaceCreated("u", SpaceKind.USER));
        apply(new MemoryEvent.RangeMapped("u", BLOCK, new Output.Physical(0x8000_0000L), blocks));

        apply(new MemoryEvent.RangeProtected("u", PAGE, Permissions.parse("r--/r--")));
        assertThat(model.tables("u")).hasSize(4);
        assertThat(told).hasSize(3 + 512);
        apply(new MemoryEvent.RangeProtected("u", PAGE, readWrite));

        assertThat(model.tables("u")).hasSize(3);
        assertThat(told.values())
                .containsExactlyInAnyOrder(0x0800_0000_4000_1003L, 0x0800_0000_4000_2003L, 0x0068_0000_8000_0fc1L);
    }
}
