package pagefold.model;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.model.PluginBinding.Coarsening;

/** The order in which a neutral state is written down and read back. */
final class StateForm {
    /** Raised whenever the order below changes: what was written in another one is not read. */
    private static final int VERSION = 4;

    private static final int GLOBAL = 1;
    private static final int GUARDED = 2;
    private static final int BLOCKS = 4;
    private static final int CONTIGUOUS = 8;

    private static final int PHYSICAL = 0;
    private static final int BACKED = 1;
    private static final int REPEATED = 2;
    private static final int OUTPUT = 3;
    /** The attributes are those of the region before and are not written again. */
    private static final int SAME_ATTRIBUTES = 4;

    private static final int INVALID = 8;

    private StateForm() {}

    static void write(StateSink sink, long position, @Nullable PluginBinding binding, List<AddressSpace> spaces) {
        sink.number(VERSION);
        sink.number(position);
        sink.number(binding == null ? 0 : 1);
        if (binding != null) {
            sink.text(binding.plugin());
            sink.text(binding.version());
            sink.text(binding.profile());
            sink.text(binding.coarsening().name());
        }
        sink.number(spaces.size());
        for (AddressSpace space : spaces) {
            sink.text(space.name());
            sink.text(space.kind().name());
            String kernel = space.kernel();
            sink.number(kernel == null ? 0 : 1);
            if (kernel != null) {
                sink.text(kernel);
            }
            sink.number(space.regionCount());
            Region before = null;
            for (Region region : space.regions()) {
                write(sink, region, before);
                before = region;
            }
        }
    }

    private static void write(StateSink sink, Region region, @Nullable Region before) {
        boolean same = before != null && before.attributes().equals(region.attributes());
        int head = (same ? SAME_ATTRIBUTES : 0) | (region.valid() ? 0 : INVALID);
        sink.number(head
                | switch (region.output()) {
                    case Output.Physical physical -> PHYSICAL;
                    case Output.Backed backed -> BACKED;
                    case Output.Repeated repeated -> REPEATED;
                });
        sink.number(region.range().start() - expectedStart(before));
        sink.number(region.range().last() - region.range().start());
        switch (region.output()) {
            case Output.Physical(long address) -> sink.number(address);
            case Output.Backed(String object, long offset, Sharing sharing) -> {
                sink.text(object);
                sink.number(offset);
                sink.text(sharing.name());
            }
            case Output.Repeated(String object) -> sink.text(object);
        }
        if (!same) {
            write(sink, region.attributes());
        }
    }

    /** Regions are written with their distance from the end of the one before. */
    private static long expectedStart(@Nullable Region before) {
        return before == null ? 0 : before.range().last() + 1;
    }

    private static void write(StateSink sink, Attributes attributes) {
        sink.number(attributes.permissions().bits());
        sink.text(attributes.memoryType().name());
        sink.text(attributes.shareability().name());
        sink.number(attributes.software());
        sink.number((attributes.global() ? GLOBAL : 0)
                | (attributes.guarded() ? GUARDED : 0)
                | (attributes.blocks() ? BLOCKS : 0)
                | (attributes.contiguous() ? CONTIGUOUS : 0));
        sink.number(attributes.pageSize());
    }

    static void readVersion(StateSource source) {
        long version = source.number();
        if (version != VERSION) {
            throw new IllegalStateException(
                    "expected a neutral state of version " + VERSION + ", but it is of version " + version);
        }
    }

    static @Nullable PluginBinding readBinding(StateSource source) {
        return source.number() == 0
                ? null
                : new PluginBinding(source.text(), source.text(), source.text(), source.value(Coarsening.class));
    }

    static List<AddressSpace> readSpaces(StateSource source) {
        int count = source.count(Simulation.MAX_SPACES);
        List<AddressSpace> spaces = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            String name = source.text();
            SpaceKind kind = source.value(SpaceKind.class);
            String kernel = source.count(1) == 0 ? null : source.text();
            // Widened regions may be a few more than the neutral ones.
            int size = source.count(4 * Simulation.MAX_REGIONS);
            List<Region> regions = new ArrayList<>(Math.min(size, Simulation.MAX_REGIONS));
            Region before = null;
            for (int j = 0; j < size; j++) {
                before = readRegion(source, before);
                regions.add(before);
            }
            spaces.add(AddressSpace.of(name, kind, kernel, regions));
        }
        return spaces;
    }

    private static Region readRegion(StateSource source, @Nullable Region before) {
        int head = source.count(OUTPUT | SAME_ATTRIBUTES | INVALID);
        long start = expectedStart(before) + source.number();
        AddressRange range = new AddressRange(start, start + source.number());
        Output output = switch (head & OUTPUT) {
            case PHYSICAL -> new Output.Physical(source.number());
            case BACKED -> new Output.Backed(source.text(), source.number(), source.value(Sharing.class));
            case REPEATED -> new Output.Repeated(source.text());
            default ->
                throw new IllegalStateException("expected a kind of output from 0 to 2, but it is " + (head & OUTPUT));
        };
        boolean same = before != null && (head & SAME_ATTRIBUTES) != 0;
        return new Region(range, output, same ? before.attributes() : readAttributes(source), (head & INVALID) == 0);
    }

    private static Attributes readAttributes(StateSource source) {
        Permissions permissions = new Permissions(source.count(63));
        MemoryType type = source.value(MemoryType.class);
        Shareability shareability = source.value(Shareability.class);
        int software = source.count(15);
        long flags = source.number();
        long pageSize = source.number();
        return new Attributes(
                permissions,
                type,
                shareability,
                (flags & GLOBAL) != 0,
                (flags & GUARDED) != 0,
                software,
                (flags & BLOCKS) != 0,
                (flags & CONTIGUOUS) != 0,
                pageSize);
    }
}
