package pagefold.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.AddressSpace;
import pagefold.model.Attributes;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryCommand.AgeRange;
import pagefold.model.MemoryCommand.Annotate;
import pagefold.model.MemoryCommand.CopyKernel;
import pagefold.model.MemoryCommand.CreateSpace;
import pagefold.model.MemoryCommand.DestroySpace;
import pagefold.model.MemoryCommand.ForkSpace;
import pagefold.model.MemoryCommand.MapRange;
import pagefold.model.MemoryCommand.MoveRange;
import pagefold.model.MemoryCommand.ProtectRange;
import pagefold.model.MemoryCommand.RelaxRange;
import pagefold.model.MemoryCommand.SplitRange;
import pagefold.model.MemoryCommand.TouchRange;
import pagefold.model.MemoryCommand.UnmapRange;
import pagefold.model.MemoryCommand.WriteProtectRange;
import pagefold.model.MemoryType;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.Privilege;
import pagefold.model.Region;
import pagefold.model.Shareability;
import pagefold.model.Sharing;
import pagefold.model.Simulation;
import pagefold.model.SpaceKind;
import pagefold.spi.Capability;

/**
 * Random commands for a terrain: the same seed gives the same commands for the same states.
 *
 * <p>Most commands are accepted; some are meant to be rejected (overlaps, holes) or refused by a model (permissions
 * that a format does not have). Addresses gather at the ends of the input range and round the boundaries of blocks.
 */
public final class HistoryGenerator {
    /** Most spaces alive at a time. */
    private static final int MAX_SPACES = 5;
    /** Most pages that a simulated write copies. */
    private static final int MAX_COPIES = 600;
    /** Most blocks of a region that may be mapped in pages. */
    private static final long LONG_BLOCKS = 8;

    private static final List<Permissions> USER = parsed(
            "rw-/rw-", "rw-/rw-", "r--/r--", "r--/r-x", "rw-/rwx", "r-x/r-x", "r--/--x", "rw-/---", "---/---",
            "rwx/rwx");
    private static final List<Permissions> PRIVILEGED =
            parsed("rw-/---", "rw-/---", "r--/---", "r-x/---", "rwx/---", "r-x/r-x", "---/---", "--x/---");
    private static final List<Permissions> GUEST =
            parsed("rwx/rwx", "rw-/rw-", "r--/r--", "r-x/r-x", "---/---", "-w-/-w-", "rwx/rw-");

    private final SplittableRandom random;
    private final Terrain terrain;
    private final List<SpaceKind> kinds;
    private final KernelCommands kernel;
    private int created;
    /** What the last command was about: commands about the same memory find more than others. */
    private @Nullable AddressRange focus;

    /** A generator for one history. */
    public HistoryGenerator(long seed, Terrain terrain) {
        this.random = new SplittableRandom(seed);
        this.terrain = terrain;
        this.kernel = new KernelCommands(random, terrain);
        this.kinds = terrain.ranges().keySet().stream().sorted().toList();
    }

    private static List<Permissions> parsed(String... texts) {
        List<Permissions> all = new ArrayList<>();
        for (String text : texts) {
            all.add(Permissions.parse(text));
        }
        return all;
    }

    /** The next command after the history that led to a state. */
    public MemoryCommand next(Simulation simulation) {
        List<AddressSpace> spaces = simulation.spaces();
        if (spaces.isEmpty() || spaces.size() < MAX_SPACES && chance(4)) {
            return create(spaces);
        }
        AddressSpace space = spaces.get(random.nextInt(spaces.size()));
        MemoryCommand carrying = terrain.has(Capability.KERNEL_ENTRIES) ? kernel.carrying(space, spaces) : null;
        if (carrying != null && chance(30)) {
            return carrying;
        }
        int choice = random.nextInt(100);
        if (choice < 30 || space.regionCount() == 0) {
            return map(space);
        }
        AddressRange range = mapped(space);
        if (space.kind() == SpaceKind.KERNEL && chance(25)) {
            return spaces.size() < MAX_SPACES && chance(15)
                    ? new CopyKernel(space.name(), "s" + created++, range)
                    : kernel.next(space, range);
        }
        if (choice < 42) {
            return new UnmapRange(space.name(), range, !chance(20));
        } else if (choice < 47) {
            return new RelaxRange(space.name(), range, permissions(space.kind()));
        } else if (choice < 50) {
            return split(space, range);
        } else if (choice < 60) {
            return new ProtectRange(space.name(), range, permissions(space.kind()));
        } else if (choice < 76) {
            return touch(space, range);
        } else if (choice < 81) {
            return new AgeRange(space.name(), range);
        } else if (choice < 86) {
            return new WriteProtectRange(space.name(), range);
        } else if (choice < 92) {
            return move(space, range);
        }
        return rarely(space, spaces.size());
    }

    private MemoryCommand create(List<AddressSpace> spaces) {
        String name = "s" + created++;
        for (AddressSpace parent : spaces) {
            if (parent.kind() == SpaceKind.USER && chance(60)) {
                return new ForkSpace(parent.name(), name);
            }
        }
        return new CreateSpace(name, kinds.get(random.nextInt(kinds.size())));
    }

    private MemoryCommand rarely(AddressSpace space, int spaces) {
        if (chance(30) && spaces > 1) {
            return new DestroySpace(space.name());
        }
        if (space.kind() == SpaceKind.USER && spaces < MAX_SPACES) {
            return new ForkSpace(space.name(), "s" + created++);
        }
        return new Annotate(space.name(), "nothing happens");
    }

    private MemoryCommand map(AddressSpace space) {
        boolean replace = chance(20);
        AddressRange range = replace && space.regionCount() > 0 ? mapped(space) : anywhere(space);
        if (space.kind() == SpaceKind.KERNEL && terrain.has(Capability.SHARED_TABLES) && chance(25)) {
            return kernel.shadow(space, range, replace);
        }
        Region next = chance(25) && space.regionCount() > 0 && !isLong(range) ? neighbour(space, range.size()) : null;
        if (next != null) {
            return new MapRange(space.name(), next.range(), next.output(), next.attributes(), false);
        }
        Attributes attributes = attributes(space.kind(), range);
        return new MapRange(space.name(), range, output(range, attributes), attributes, replace);
    }

    /** What continues a region, so that both become one. */
    private @Nullable Region neighbour(AddressSpace space, long size) {
        Region region = region(space);
        long start = region.range().last() + 1;
        AddressRange input = input(space);
        if (!input.contains(start) || Long.compareUnsigned(input.last() - start, size - 1) < 0) {
            return null;
        }
        return new Region(
                AddressRange.ofSize(start, size),
                region.output().advanced(region.range().size()),
                region.attributes());
    }

    private MemoryCommand touch(AddressSpace space, AddressRange range) {
        Region region = space.at(range.start());
        Access access = chance(40) ? Access.WRITE : Access.values()[random.nextInt(3)];
        Privilege privilege = chance(50) ? Privilege.UNPRIVILEGED : Privilege.PRIVILEGED;
        if (region != null && !region.attributes().permissions().allows(access, privilege)) {
            access = Access.READ;
            privilege = Privilege.PRIVILEGED;
        }
        long most = MAX_COPIES * terrain.granule();
        AddressRange shorter = access == Access.WRITE && Long.compareUnsigned(range.size(), most) > 0
                ? AddressRange.ofSize(range.start(), most)
                : range;
        // Accesses need not be whole pages.
        long skip = chance(30) ? random.nextLong(terrain.granule()) : 0;
        return new TouchRange(
                space.name(), new AddressRange(shorter.start() + skip, shorter.last()), access, privilege);
    }

    private MemoryCommand move(AddressSpace space, AddressRange from) {
        AddressRange input = input(space);
        if (isLong(from)) {
            // Moved elsewhere, blocks become pages.
            return new AgeRange(space.name(), from);
        }
        long size = from.size() + (chance(40) ? random.nextLong(1, 40) * terrain.granule() : 0);
        AddressRange to = chance(25) ? within(input, from.start(), size) : placed(input, size);
        return new MoveRange(space.name(), from, to, chance(50));
    }

    /** To pages, unless that would be many words; sometimes to less than a page, which is refused. */
    private MemoryCommand split(AddressSpace space, AddressRange range) {
        long page = chance(3) ? 1 : chance(20) ? 24 * terrain.granule() : terrain.granule();
        return new SplitRange(space.name(), range, isLong(range) || chance(20) ? terrain.block() : page);
    }

    private AddressRange input(AddressSpace space) {
        AddressRange input = terrain.ranges().get(space.kind());
        if (input == null) {
            throw new IllegalArgumentException("expected a space of " + kinds + ", but it is of " + space.kind());
        }
        return input;
    }

    /** A part of what is mapped, sometimes with what is next to it; often what the last command was about. */
    private AddressRange mapped(AddressSpace space) {
        AddressRange last = focus;
        Region again = last == null || chance(60) ? null : space.firstIn(last);
        AddressRange range =
                last == null || again == null ? part(space) : again.range().intersection(last);
        focus = range;
        return range;
    }

    private AddressRange part(AddressSpace space) {
        Region region = region(space);
        long granule = terrain.granule();
        AddressRange whole = region.range();
        long pages = whole.size() / granule;
        if (pages == 1 || chance(35)) {
            return whole;
        }
        long first = chance(50) ? 0 : random.nextLong(pages);
        long count = chance(30) ? Math.min(pages - first, random.nextLong(1, 20)) : random.nextLong(pages - first) + 1;
        long start = whole.start() + first * granule;
        if (chance(10)) {
            return within(input(space), start, (count + random.nextLong(1, 4)) * granule);
        }
        return AddressRange.ofSize(start, count * granule);
    }

    private Region region(AddressSpace space) {
        List<Region> regions = space.regions();
        return regions.get(random.nextInt(regions.size()));
    }

    private AddressRange anywhere(AddressSpace space) {
        return placed(input(space), size());
    }

    /** At the bottom, at the top, round the boundary of a block, or anywhere. */
    private AddressRange placed(AddressRange input, long size) {
        long granule = terrain.granule();
        int where = random.nextInt(8);
        if (where == 0) {
            return within(input, input.start() + random.nextLong(3) * granule, size);
        }
        if (where == 1) {
            long gap = random.nextLong(3) * granule;
            return Long.compareUnsigned(input.size() - 1, size + gap) > 0
                    ? new AddressRange(input.last() - gap - size + 1, input.last() - gap)
                    : input;
        }
        // A few anchors, so that histories come back to the same tables.
        long anchor = input.start() + (random.nextLong(6) << Math.min(30, 2 * terrain.granuleBits() + 2));
        if (where == 2) {
            anchor = input.start() + (random.nextLong() & input.last() - input.start());
        }
        long start = anchor & -terrain.block();
        if (where > 4) {
            start += random.nextLong(-20, 600) * granule;
        }
        return within(input, start, size);
    }

    private AddressRange within(AddressRange input, long start, long size) {
        long from = input.contains(start) ? start & -terrain.granule() : input.start();
        long room = input.last() - from;
        return new AddressRange(from, Long.compareUnsigned(room, size - 1) < 0 ? input.last() : from + (size - 1));
    }

    private long size() {
        long granule = terrain.granule();
        int kind = random.nextInt(20);
        if (kind < 7) {
            return random.nextLong(1, 5) * granule;
        }
        if (kind < 12) {
            return random.nextLong(1, 70) * granule;
        }
        if (kind < 19) {
            long odd = chance(50) ? 0 : random.nextLong(-3, 20) * granule;
            return random.nextLong(1, 4) * terrain.block() + odd;
        }
        return random.nextLong(1, 4) << 30;
    }

    private Output output(AddressRange range, Attributes attributes) {
        long granule = terrain.granule();
        if (!isLong(range) && chance(50)) {
            String object = "object" + random.nextInt(6);
            long offset = random.nextLong(4) * terrain.block() + (chance(50) ? 0 : random.nextLong(40) * granule);
            Sharing sharing = Sharing.values()[random.nextInt(3)];
            return new Output.Backed(object, offset, sharing);
        }
        long top = (1L << terrain.outputBits()) - range.size();
        if (!isLong(range) && chance(10)) {
            return new Output.Physical(top & -granule);
        }
        long address = random.nextLong(top) & -granule;
        if (isLong(range) || attributes.blocks() || chance(50)) {
            // Congruent to the input, so that blocks and runs fit.
            long unit = chance(50) ? 1L << 30 : terrain.block();
            address = Math.min(address & -unit, top & -unit) | range.start() & unit - 1;
        }
        return new Output.Physical(Math.min(address, top & -granule));
    }

    /** Too long to be mapped in pages, word by word. */
    private boolean isLong(AddressRange range) {
        return Long.compareUnsigned(range.size(), LONG_BLOCKS * terrain.block()) > 0;
    }

    private Attributes attributes(SpaceKind kind, AddressRange range) {
        MemoryType type = chance(75) ? MemoryType.NORMAL_WB : MemoryType.values()[random.nextInt(8)];
        boolean tagged = type != MemoryType.NORMAL_TAGGED || terrain.has(Capability.MEMORY_TAGGING);
        Shareability shareability =
                chance(80) ? Shareability.INNER_SHAREABLE : Shareability.values()[random.nextInt(3)];
        return new Attributes(
                permissions(kind),
                tagged ? type : MemoryType.NORMAL_WB,
                shareability,
                kind != SpaceKind.USER || chance(5),
                chance(5) && terrain.has(Capability.GUARDED_PAGES),
                chance(10) ? random.nextInt(8) : 0,
                isLong(range) || chance(60),
                chance(50));
    }

    private Permissions permissions(SpaceKind kind) {
        List<Permissions> likely = switch (kind) {
            case USER -> USER;
            case KERNEL, HYP, MONITOR, IDMAP, IDMAP_PAGE, IDMAP_PAGE_52 -> PRIVILEGED;
            case STAGE2 -> GUEST;
        };
        return chance(4) ? new Permissions(random.nextInt(64)) : likely.get(random.nextInt(likely.size()));
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }
}
