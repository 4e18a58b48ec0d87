package pagefold.host;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import pagefold.model.Attributes;
import pagefold.model.MemoryEvent;
import pagefold.model.Output;
import pagefold.model.SpaceKind;
import pagefold.spi.Capability;
import pagefold.table.TranslationRegime;

/** Which capabilities the events of one history need, event by event. */
public final class CapabilityNeeds {
    private final Map<String, SpaceKind> spaces = new HashMap<>();

    /** Before the first event. */
    public CapabilityNeeds() {}

    /** Whether a capability can be told from events at all; others are a profile's own. */
    public static boolean isOfEvents(Capability capability) {
        return switch (capability) {
            case USER_SPACE,
                    KERNEL_SPACE,
                    HYP,
                    MONITOR,
                    HUGE_PAGES,
                    IDENTITY_MAPS,
                    IDENTITY_PAGES,
                    IDENTITY_MAPS_52,
                    STAGE_2,
                    CONTIGUOUS,
                    GUARDED_PAGES,
                    MEMORY_TAGGING,
                    EXECUTE_ONLY,
                    LIVE_CHANGES,
                    KERNEL_COPIES,
                    KERNEL_ENTRIES,
                    SHARED_TABLES -> true;
            case HOST_STAGE_2, HARDWARE_DIRTY, FIVE_LEVELS, DOMAINS, ALIAS_COHERENCE, LOW_VECTORS, CAPTURES -> false;
        };
    }

    /** What the next event needs. */
    public Set<Capability> next(MemoryEvent event) {
        Set<Capability> needs = EnumSet.noneOf(Capability.class);
        switch (event) {
            case MemoryEvent.SpaceCreated e -> spaces.put(e.space(), e.kind());
            case MemoryEvent.SpaceForked e -> spaces.put(e.child(), SpaceKind.USER);
            case MemoryEvent.KernelCopied e -> {
                spaces.put(e.child(), SpaceKind.KERNEL);
                needs.add(Capability.KERNEL_COPIES);
            }
            case MemoryEvent.RangeMapped e -> {
                needs.addAll(of(e.attributes()));
                if (e.output() instanceof Output.Repeated) {
                    needs.add(Capability.SHARED_TABLES);
                }
            }
            default -> needs.clear();
        }
        SpaceKind kind = event instanceof MemoryEvent.InSpace in ? spaces.get(in.space()) : null;
        if (kind != null) {
            needs.add(Capability.of(kind));
        }
        if (event instanceof MemoryEvent.WithKernel) {
            needs.add(Capability.KERNEL_ENTRIES);
        }
        if (event instanceof MemoryEvent.InKernel) {
            needs.add(Capability.LIVE_CHANGES);
        }
        if (event instanceof MemoryEvent.SpaceDestroyed(String space)) {
            spaces.remove(space);
        }
        return needs;
    }

    private static Set<Capability> of(Attributes attributes) {
        Set<Capability> needs = EnumSet.noneOf(Capability.class);
        for (String name : TranslationRegime.Unfit.needs(attributes)) {
            needs.add(Capability.valueOf(name));
        }
        if (attributes.contiguous()) {
            needs.add(Capability.CONTIGUOUS);
        }
        if (attributes.isHuge()) {
            needs.add(Capability.HUGE_PAGES);
        }
        return needs;
    }
}
