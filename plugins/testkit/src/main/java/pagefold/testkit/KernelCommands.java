package pagefold.testkit;

import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.AddressSpace;
import pagefold.model.Attributes;
import pagefold.model.MemoryChange;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryCommand.AttachKernel;
import pagefold.model.MemoryCommand.ChangeRange;
import pagefold.model.MemoryCommand.CopyKernelEntries;
import pagefold.model.MemoryCommand.MapRange;
import pagefold.model.MemoryCommand.ProtectKernelEntries;
import pagefold.model.MemoryCommand.SetMemory;
import pagefold.model.MemoryCommand.TouchRange;
import pagefold.model.MemoryCommand.UnmapPolicy;
import pagefold.model.MemoryCommand.UnmapRange;
import pagefold.model.MemoryType;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.Privilege;
import pagefold.model.Region;
import pagefold.model.SpaceKind;
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
        int choice = random.nextInt(10);
        if (choice < 3) {
            return change(space, range);
        } else if (choice < 5) {
            return new UnmapRange(space.name(), range, random.nextInt(5) != 0, UnmapPolicy.KEEP_TABLES);
        } else if (choice < 6) {
            return new UnmapRange(space.name(), range, random.nextInt(5) != 0, UnmapPolicy.HOT_REMOVE);
        }
        return set(space, range);
    }

    /** A command about the kernel that a process carries or may carry; {@code null} where there is none. */
    @Nullable
    MemoryCommand carrying(AddressSpace process, List<AddressSpace> spaces) {
        if (process.kind() != SpaceKind.USER) {
            return null;
        }
        for (AddressSpace kernel : spaces) {
            boolean isMeant = process.kernel() == null ? kernel.kind() == SpaceKind.KERNEL : isCarried(process, kernel);
            if (isMeant) {
                return process.kernel() == null || kernel.regionCount() == 0
                        ? new AttachKernel(process.name(), kernel.name())
                        : carried(process.name(), kernel.regions());
            }
        }
        return null;
    }

    private static boolean isCarried(AddressSpace process, AddressSpace kernel) {
        return kernel.name().equals(process.kernel());
    }

    private MemoryCommand carried(String process, List<Region> regions) {
        Region region = regions.get(random.nextInt(regions.size()));
        AddressRange range = region.range();
        int choice = random.nextInt(10);
        AddressRange all = terrain.ranges().get(SpaceKind.KERNEL);
        if (choice < 1 && all != null) {
            // Whatever an entry translates.
            return new CopyKernelEntries(process, all);
        } else if (choice < 2) {
            return new CopyKernelEntries(process, range.widened(2 * terrain.block()));
        } else if (choice < 3) {
            return new CopyKernelEntries(process, range);
        } else if (choice < 5) {
            Permissions permissions = Permissions.parse(random.nextBoolean() ? "r--/---" : "rwx/---");
            return new ProtectKernelEntries(process, range, permissions);
        }
        long page = range.start() + random.nextLong(range.size());
        AddressRange touched = random.nextBoolean() ? range : new AddressRange(page, page);
        Privilege privilege = random.nextInt(6) == 0 ? Privilege.UNPRIVILEGED : Privilege.PRIVILEGED;
        Access access = random.nextInt(4) == 0 ? Access.WRITE : Access.READ;
        return new TouchRange(process, touched, access, privilege);
    }

    /** One page for all. */
    MemoryCommand shadow(AddressSpace space, AddressRange range, boolean replace) {
        String object = random.nextInt(4) == 0 ? "object1" : "shadow";
        String permissions = random.nextInt(8) == 0 ? "rw-/---" : "r--/---";
        return new MapRange(
                space.name(),
                range,
                new Output.Repeated(object),
                Attributes.kernel(Permissions.parse(permissions), MemoryType.NORMAL_WB),
                replace);
    }

    private MemoryCommand set(AddressSpace space, AddressRange range) {
        MemoryChange change = MemoryChange.values()[random.nextInt(MemoryChange.values().length)];
        AddressRange aliases = null;
        if (change.reachesAliases() && random.nextBoolean()) {
            // Often the range is its own linear map, sometimes all that is mapped is.
            List<Region> regions = space.regions();
            Region region = regions.get(random.nextInt(regions.size()));
            aliases = random.nextBoolean() ? range : region.range();
        }
        return new SetMemory(space.name(), range, change, aliases);
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
