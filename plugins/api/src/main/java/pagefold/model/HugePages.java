package pagefold.model;

import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Memory that consists of huge pages: nothing happens to a part of one. */
final class HugePages {
    private HugePages() {}

    /** Why memory cannot be mapped so, or {@code null}. */
    static @Nullable Rejection unfit(MemoryCommand.MapRange c, AddressSpace space) {
        long size = c.attributes().pageSize();
        if (size == 0) {
            return cut(space, c.range());
        }
        if (space.kind() != SpaceKind.USER && space.kind() != SpaceKind.KERNEL) {
            return new Rejection.WrongKind(space.name(), space.kind(), "have huge pages");
        }
        long output = switch (c.output()) {
            case Output.Physical(long address) -> address;
            case Output.Backed(String object, long offset, Sharing sharing) -> offset;
            case Output.Repeated repeated -> 0;
        };
        if (!c.range().isAligned(size) || (output & size - 1) != 0) {
            return new Rejection.WrongMemory(
                    space.name(),
                    c.range(),
                    "with pages of " + Hex.size(size) + " both ends and the output are multiples of that, not "
                            + Hex.address(output));
        }
        return cut(space, c.range());
    }

    /** Why an end of a range may not be where it is, or {@code null}. */
    static @Nullable Rejection cut(AddressSpace space, AddressRange range) {
        Rejection rejection = range.start() == 0 ? null : cut(space, range, range.start());
        return rejection != null || range.last() == -1L ? rejection : cut(space, range, range.last() + 1);
    }

    private static @Nullable Rejection cut(AddressSpace space, AddressRange range, long at) {
        Region region = space.at(at);
        long size = region == null ? 0 : region.attributes().pageSize();
        return size == 0 || (at & size - 1) == 0
                ? null
                : new Rejection.WrongMemory(
                        space.name(), range, "it cuts a page of " + Hex.size(size) + " at " + Hex.address(at));
    }

    /** Why pages cannot be moved, or {@code null}. */
    static @Nullable Rejection moved(MemoryCommand.MoveRange c, AddressSpace space) {
        Rejection rejection = cut(space, c.from());
        rejection = rejection != null ? rejection : cut(space, c.to());
        if (rejection != null) {
            return rejection;
        }
        long distance = c.to().start() - c.from().start();
        return refused(
                space,
                c.from(),
                region -> {
                    long unit = region.attributes().pageSize() - 1;
                    boolean isTail = region.range().last() == c.from().last();
                    return unit > 0 && ((distance & unit) != 0 || isTail && (c.to().last() + 1 & unit) != 0);
                },
                "move by multiples of that");
    }

    /** Why an event cannot happen to a range, or {@code null}. */
    static @Nullable Rejection changed(MemoryEvent event, AddressRange range, AddressSpace space) {
        return switch (event) {
            // All entries of a page age with one, whatever the range.
            case MemoryEvent.RangeAged e -> null;
            case MemoryEvent.RangeSplit e -> split(e, space);
            default -> cut(space, range);
        };
    }

    private static @Nullable Rejection split(MemoryEvent.RangeSplit e, AddressSpace space) {
        return refused(space, e.range(), region -> region.attributes().pageSize() > e.leafSize(), "are not split");
    }

    /** Why pages of a range are wrong, told of the last region that is; {@code null} where none is. */
    private static @Nullable Rejection refused(
            AddressSpace space, AddressRange range, Predicate<Region> isWrong, String what) {
        Region[] found = new Region[1];
        space.forEachIn(range, region -> found[0] = isWrong.test(region) ? region : found[0]);
        return found[0] == null
                ? null
                : new Rejection.WrongMemory(
                        space.name(),
                        found[0].range(),
                        "pages of " + Hex.size(found[0].attributes().pageSize()) + " " + what);
    }
}
