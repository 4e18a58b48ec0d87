package pagefold.arm32.lpae;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import pagefold.arm32.Arm32Plugin;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.MemoryEvent;
import pagefold.model.MemoryType;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.Privilege;
import pagefold.model.Shareability;
import pagefold.model.Sharing;
import pagefold.model.Simulation;
import pagefold.model.SpaceKind;
import pagefold.model.Step;
import pagefold.table.FaultKind;
import pagefold.table.PageTableModel;
import pagefold.table.Translation;

/** Forked memory that this format could not hold if it granted anything. */
class ForkTest {
    private final PageTableModel model = new Arm32Plugin().newModel("lpae", Coarsening.REJECT);
    private Simulation simulation = Simulation.EMPTY;

    private void apply(MemoryEvent event) {
        Step step = Step.of(simulation, event);
        assertThat(model.check(List.of(step))).isNull();
        model.apply(step, null);
        simulation = step.after();
    }

    @Test
    void tagged_memory_that_grants_nothing_can_be_forked() {
        Attributes tagged = new Attributes(
                Permissions.NONE,
                MemoryType.NORMAL_TAGGED,
                Shareability.INNER_SHAREABLE,
                false,
                false,
                0,
                false,
                false);
        apply(new MemoryEvent.SpaceCreated("u", SpaceKind.USER));
        apply(new MemoryEvent.RangeMapped(
                "u", AddressRange.ofSize(0x1000, 0x1000), new Output.Backed("o", 0, Sharing.SHARED), tagged));

        apply(new MemoryEvent.SpaceForked("u", "child"));

        assertThat(model.translate("child", 0x1000, Access.READ, Privilege.UNPRIVILEGED))
                .isEqualTo(Translation.fault(FaultKind.TRANSLATION, 1, 1));
    }
}
