package pagefold.testkit;

import java.util.SplittableRandom;
import pagefold.model.AddressRange;
import pagefold.model.AddressSpace;
import pagefold.model.Attributes;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryCommand.ChangeRange;
import pagefold.model.MemoryType;
import pagefold.model.Permissions;
import pagefold.model.Region;
import pagefold.spi.Capability;

/** Random commands that are for a kernel's own space. */
final class KernelCommands {
    private final SplittableRandom random;
    private final Terrain terrain;

    KernelCommands(SplittableRandom random, Terrain terrain) {
        this.random = random;
        this.terrain = terrain;
    }

    /** A command about a range of which something is mapped. */
    MemoryCommand next(AddressSpace space, AddressRange range) {
        return change(space, range);
    }

    /** Mostly what Linux calls safe for the region that the range begins in. */
    private MemoryCommand change(AddressSpace space, AddressRange range) {
        Region region = space.firstIn(range);
        Attributes old =
                region == null ? Attributes.kernel(Permissions.NONE, MemoryType.NORMAL_WB) : region.attributes();
        Permissions permissions = random.nextInt(6) == 0
                ? Permissions.NONE
                : random.nextBoolean() ? old.permissions().readOnly() : Permissions.parse("rw-/---");
        boolean unsafe = random.nextInt(8) == 0;
        boolean tagged = terrain.has(Capability.MEMORY_TAGGING)
                && old.memoryType() == MemoryType.NORMAL_WB
                && random.nextBoolean();
        MemoryType type = unsafe ? MemoryType.NORMAL_NC : tagged ? MemoryType.NORMAL_TAGGED : old.memoryType();
        return new ChangeRange(
                space.name(),
                range,
                new Attributes(
                        permissions,
                        type,
                        old.shareability(),
                        old.global() && random.nextInt(4) != 0,
                        old.guarded(),
                        random.nextInt(8),
                        old.blocks(),
                        random.nextInt(4) == 0));
    }
}
