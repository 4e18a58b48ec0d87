package pagefold.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.MemoryEvent;
import pagefold.model.MemoryEvent.RangeMapped;
import pagefold.model.MemoryType;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.Privilege;
import pagefold.model.Rejection;
import pagefold.model.Sharing;
import pagefold.model.Simulation;
import pagefold.model.SpaceKind;
import pagefold.model.Step;
import pagefold.spi.ArchitecturePlugin;
import pagefold.spi.Profile;
import pagefold.table.PageTableModel;
import pagefold.table.Translation;

/** A model with one space. */
final class OneSpace {
    static final String SPACE = "s";

    final PageTableModel model;
    final AddressRange input;
    final long granule;
    private final SpaceKind kind;
    private Simulation simulation = Simulation.EMPTY;

    OneSpace(ArchitecturePlugin plugin, Profile profile, SpaceKind kind) {
        this.model = plugin.newModel(profile.name(), Coarsening.REJECT);
        this.kind = kind;
        this.granule = 1L << profile.granuleBits();
        apply(new MemoryEvent.SpaceCreated(SPACE, kind));
        this.input = model.inputRange(SPACE);
    }

    @Nullable
    Rejection rejection(MemoryEvent event) {
        PageTableModel.Refusal refusal = model.check(List.of(Step.of(simulation, event)));
        return refusal == null ? null : refusal.rejection();
    }

    void apply(MemoryEvent event) {
        assertThat(rejection(event)).isNull();
        Step step = Step.of(simulation, event);
        model.apply(step, null);
        simulation = step.after();
    }

    long read(long address) {
        return model.translate(SPACE, address, Access.READ, Privilege.PRIVILEGED);
    }

    Permissions granted(long address) {
        Permissions granted = Permissions.NONE;
        for (Privilege privilege : Privilege.values()) {
            for (Access access : Access.values()) {
                long result = model.translate(SPACE, address, access, privilege);
                granted = granted.with(access, privilege, !Translation.isFault(result));
            }
        }
        return granted;
    }

    Permissions permissions() {
        return switch (kind) {
            case USER -> Permissions.parse("rw-/rw-");
            case KERNEL, HYP, MONITOR, IDMAP, IDMAP_PAGE, IDMAP_PAGE_52 -> Permissions.parse("rw-/---");
            case STAGE2 -> Permissions.parse("rwx/rwx");
        };
    }

    /** 2 GB of tables, and frames for the whole of a large input range, are more than any model has room for. */
    void refusedForItsTables() {
        long size = granule << 28;
        if (Long.compareUnsigned(input.size() - 1, size) < 0) {
            return;
        }
        Output output = new Output.Backed("o", 0, Sharing.SHARED);
        Rejection rejection = rejection(new RangeMapped(SPACE, input, output, pages()));
        assertThat(rejection)
                .isInstanceOfSatisfying(
                        Rejection.LimitExceeded.class,
                        refusal -> assertThat(refusal.requested()).isGreaterThan(refusal.limit()));
        AddressRange lower = AddressRange.ofSize(input.start(), size);
        rejection = rejection(new RangeMapped(SPACE, lower, new Output.Physical(0), pages()));
        assertThat(rejection)
                .isInstanceOfSatisfying(
                        Rejection.LimitExceeded.class,
                        refusal -> assertThat(refusal.what()).contains("tables"));
    }

    Attributes pages() {
        Attributes kernel = Attributes.kernel(permissions(), MemoryType.NORMAL_WB);
        return new Attributes(
                permissions(),
                kernel.memoryType(),
                kernel.shareability(),
                kind != SpaceKind.USER,
                false,
                0,
                false,
                false);
    }

    void refused(AddressRange range, Output output, String reason) {
        Rejection rejection = rejection(new RangeMapped(SPACE, range, output, pages()));
        assertThat(rejection).isInstanceOfSatisfying(Rejection.NotRepresentable.class, refusal -> {
            assertThat(refusal.reason()).isEqualTo(reason);
            assertThat(refusal.range()).isEqualTo(range);
            assertThat(refusal.expected()).containsPattern("\\d");
            assertThat(refusal.fields()).containsKeys("profile", "space", "range", "reason", "expected");
        });
    }
}
