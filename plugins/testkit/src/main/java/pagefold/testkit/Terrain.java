package pagefold.testkit;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.MemoryEvent;
import pagefold.model.MemoryType;
import pagefold.model.Output;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.Region;
import pagefold.model.Sharing;
import pagefold.model.Simulation;
import pagefold.model.SpaceKind;
import pagefold.model.Step;
import pagefold.spi.ArchitecturePlugin;
import pagefold.spi.Capability;
import pagefold.spi.Profile;
import pagefold.table.PageTableModel;

/**
 * Where a history takes place: what a profile can hold.
 *
 * @param granuleBits log2 of a page
 * @param outputBits size of physical addresses
 * @param ranges the kinds of space that there are, with the addresses of each
 * @param capabilities what the profile declares
 */
public record Terrain(
        int granuleBits, int outputBits, Map<SpaceKind, AddressRange> ranges, Set<Capability> capabilities) {

    public Terrain {
        ranges = Map.copyOf(ranges);
        capabilities = Set.copyOf(capabilities);
    }

    /** The terrain of a profile, as its plugin declares it and its model says. */
    public static Terrain of(ArchitecturePlugin plugin, Profile profile) {
        PageTableModel model = plugin.newModel(profile.name(), Coarsening.REJECT);
        Simulation simulation = Simulation.EMPTY;
        Map<SpaceKind, AddressRange> ranges = new EnumMap<>(SpaceKind.class);
        for (SpaceKind kind : kinds(profile)) {
            Step created = Step.of(simulation, new MemoryEvent.SpaceCreated(kind.name(), kind));
            model.apply(created, null);
            ranges.put(kind, model.inputRange(kind.name()));
            simulation = created.after();
        }
        return new Terrain(profile.granuleBits(), profile.outputBits(), ranges, profile.capabilities());
    }

    /** The kinds of space that a profile declares and whose addresses may lead anywhere. */
    public static List<SpaceKind> kinds(Profile profile) {
        List<SpaceKind> kinds = new ArrayList<>();
        for (SpaceKind kind : SpaceKind.values()) {
            if (!kind.isIdentity() && profile.capabilities().contains(Capability.of(kind))) {
                kinds.add(kind);
            }
        }
        return kinds;
    }

    /** The same with one kind of space only. */
    public Terrain only(SpaceKind kind) {
        AddressRange range = ranges.get(kind);
        if (range == null) {
            throw new IllegalArgumentException("expected a kind of " + ranges.keySet() + ", but it is " + kind);
        }
        return new Terrain(granuleBits, outputBits, Map.of(kind, range), capabilities);
    }

    /** Bytes of a page. */
    public long granule() {
        return 1L << granuleBits;
    }

    /** Bytes that one entry above the last level translates. */
    public long block() {
        return 1L << 2 * granuleBits - 3;
    }

    /**
     * What a region asks for; of pages that other regions may show, too, the type of memory that was found is right where
     * they are kept coherent by it.
     */
    Attributes memoryOf(Region region, MemoryType found) {
        boolean mayBeAliased = has(Capability.ALIAS_COHERENCE)
                && found == MemoryType.NORMAL_NC
                && region.output() instanceof Output.Backed(String object, long offset, Sharing sharing)
                && sharing != Sharing.PRIVATE;
        return mayBeAliased ? region.attributes().withMemoryType(found) : region.attributes();
    }

    boolean has(Capability capability) {
        return capabilities.contains(capability);
    }
}
