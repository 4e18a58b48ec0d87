package pagefold.testkit;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.MemoryEvent;
import pagefold.model.MemoryEvent.RangeChanged;
import pagefold.model.MemoryType;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.Rejection;
import pagefold.model.Simulation;
import pagefold.model.SpaceKind;
import pagefold.model.Step;
import pagefold.spi.ArchitecturePlugin;
import pagefold.spi.Capability;
import pagefold.spi.Profile;
import pagefold.table.PageTableModel;

/** Operations on a kernel's own space, or with it: each needs a capability, and without it is refused by the capability's name. */
final class KernelOperations {
    private static final String SPACE = "k";
    private static final String PROCESS = "p";

    private static final Set<Capability> KINDS = Set.of(Capability.KERNEL_SPACE, Capability.USER_SPACE);

    private KernelOperations() {}

    static Stream<DynamicTest> refusals(ArchitecturePlugin plugin, List<Profile> profiles) {
        return profiles.stream()
                .filter(profile -> profile.capabilities().containsAll(KINDS))
                .map(profile -> DynamicTest.dynamicTest(profile.name(), () -> check(plugin, profile)));
    }

    private static void check(ArchitecturePlugin plugin, Profile profile) {
        PageTableModel model = plugin.newModel(profile.name(), Coarsening.REJECT);
        Step created = Step.of(Simulation.EMPTY, new MemoryEvent.SpaceCreated(SPACE, SpaceKind.KERNEL));
        model.apply(created, null);
        Step process = Step.of(created.after(), new MemoryEvent.SpaceCreated(PROCESS, SpaceKind.USER));
        model.apply(process, null);
        long granule = 1L << profile.granuleBits();
        AddressRange page = AddressRange.ofSize(model.inputRange(SPACE).start(), granule);
        Attributes attributes = Attributes.kernel(Permissions.parse("rw-/---"), MemoryType.NORMAL_WB);
        Step mapped = Step.of(
                process.after(), new MemoryEvent.RangeMapped(SPACE, page, new Output.Physical(granule), attributes));
        model.apply(mapped, null);
        operations(page, attributes).forEach((capability, event) -> {
            Rejection missing = new Rejection.MissingCapability(capability.name(), plugin.id(), profile.name());
            Rejection rejection = rejection(model, Step.of(mapped.after(), event));
            Expect.that(
                    missing.equals(rejection) != profile.capabilities().contains(capability),
                    () -> event + " needs " + capability + " and gives " + rejection);
        });
    }

    private static Map<Capability, MemoryEvent> operations(AddressRange page, Attributes attributes) {
        return Map.of(
                Capability.SHARED_TABLES,
                new MemoryEvent.RangeMapped(
                        SPACE,
                        page,
                        new Output.Repeated("shadow"),
                        attributes.withPermissions(Permissions.parse("r--/---"))),
                Capability.KERNEL_COPIES,
                new MemoryEvent.KernelCopied(SPACE, "copy", page),
                Capability.KERNEL_ENTRIES,
                new MemoryEvent.KernelAttached(PROCESS, SPACE),
                Capability.LIVE_CHANGES,
                new RangeChanged(SPACE, page, attributes.withPermissions(Permissions.parse("r--/---"))));
    }

    private static @Nullable Rejection rejection(PageTableModel model, Step step) {
        PageTableModel.Refusal refusal = model.check(List.of(step));
        return refusal == null ? null : refusal.rejection();
    }
}
