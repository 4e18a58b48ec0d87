package pagefold.testkit;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryCommand.AgeRange;
import pagefold.model.MemoryCommand.CreateSpace;
import pagefold.model.MemoryCommand.DestroySpace;
import pagefold.model.MemoryCommand.ForkSpace;
import pagefold.model.MemoryCommand.MapRange;
import pagefold.model.MemoryCommand.MoveRange;
import pagefold.model.MemoryCommand.ProtectRange;
import pagefold.model.MemoryCommand.TouchRange;
import pagefold.model.MemoryCommand.UnmapRange;
import pagefold.model.MemoryCommand.WriteProtectRange;
import pagefold.model.MemoryType;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.Privilege;
import pagefold.model.Shareability;
import pagefold.model.Sharing;
import pagefold.model.SpaceKind;

/** Histories of processes that chance seldom writes, each of which a model once got wrong or easily could. */
final class Scenarios {
    private static final Permissions READ_WRITE = Permissions.parse("rw-/rw-");
    private static final Permissions READ = Permissions.parse("r--/r--");
    private static final Attributes LARGE =
            new Attributes(READ_WRITE, MemoryType.NORMAL_WB, Shareability.INNER_SHAREABLE, false, false, 0, true, true);

    private final long granule;
    private final long block;
    private final long base;

    private Scenarios(Terrain terrain, AddressRange input) {
        this.granule = terrain.granule();
        this.block = terrain.block();
        this.base = input.start() + 4 * block;
    }

    /** The scenarios by name, for a terrain with processes. */
    static Map<String, List<MemoryCommand>> of(Terrain terrain) {
        AddressRange input = terrain.ranges().get(SpaceKind.USER);
        if (input == null) {
            return Map.of();
        }
        Scenarios scenarios = new Scenarios(terrain, input);
        return new TreeMap<>(Map.of(
                "copies of all pages of a block", scenarios.copiesOfABlock(),
                "parts of blocks and runs", scenarios.partsOfBlocks(),
                "an object that comes back", scenarios.anObjectThatComesBack()));
    }

    private AddressRange pages(long first, long count) {
        return AddressRange.ofSize(base + first * granule, count * granule);
    }

    private static TouchRange write(String space, AddressRange range) {
        return new TouchRange(space, range, Access.WRITE, Privilege.UNPRIVILEGED);
    }

    /** Neighbouring frames for all pages, the same permissions again: still every page counts by itself. */
    private List<MemoryCommand> copiesOfABlock() {
        long most = block / granule;
        AddressRange all = pages(0, most);
        return List.of(
                new CreateSpace("parent", SpaceKind.USER),
                new MapRange("parent", all, new Output.Backed("o", 0, Sharing.COPY_ON_WRITE), LARGE, false),
                write("parent", all),
                new ProtectRange("parent", all, READ),
                new ProtectRange("parent", all, READ_WRITE),
                new ForkSpace("parent", "child"),
                write("parent", pages(0, 1)),
                write("child", pages(1, 1)),
                new ProtectRange("parent", all, READ),
                new ProtectRange("parent", all, READ_WRITE),
                write("parent", pages(2, 1)),
                new DestroySpace("child"),
                write("parent", pages(3, 2)),
                new UnmapRange("parent", pages(0, most / 2), false));
    }

    private List<MemoryCommand> partsOfBlocks() {
        AddressRange all = AddressRange.ofSize(base, 3 * block);
        return List.of(
                new CreateSpace("s", SpaceKind.USER),
                new MapRange("s", all, new Output.Physical(1L << 32), LARGE, false),
                new AgeRange("s", pages(3, 1)),
                new WriteProtectRange("s", pages(5, 2)),
                write("s", pages(5, 1)),
                new ProtectRange("s", pages(17, 1), READ),
                new ProtectRange("s", pages(17, 1), READ_WRITE),
                new MoveRange("s", pages(20, 40), AddressRange.ofSize(base + 5 * block, 41 * granule), false),
                new UnmapRange("s", pages(100, 1), false),
                new MoveRange("s", AddressRange.ofSize(base + block, block), pages(100, block / granule + 1), true),
                new ProtectRange("s", AddressRange.ofSize(base + 2 * block, block), Permissions.NONE),
                new ProtectRange("s", AddressRange.ofSize(base + 2 * block, block), READ_WRITE));
    }

    private List<MemoryCommand> anObjectThatComesBack() {
        Output shared = new Output.Backed("o", 0, Sharing.SHARED);
        Output other = new Output.Backed("p", granule, Sharing.PRIVATE);
        return List.of(
                new CreateSpace("s", SpaceKind.USER),
                new MapRange("s", pages(0, 8), shared, LARGE, false),
                new MapRange("s", pages(0, 8), shared, LARGE, true),
                new MapRange("s", pages(100, 8), shared, LARGE, false),
                new MapRange("s", pages(0, 4), other, LARGE, true),
                new ForkSpace("s", "t"),
                write("t", pages(1, 2)),
                new UnmapRange("s", pages(0, 8), true),
                new MapRange("s", pages(0, 3), other, LARGE, false),
                write("s", pages(0, 3)),
                new MoveRange("t", pages(1, 2), pages(200, 2), false));
    }
}
