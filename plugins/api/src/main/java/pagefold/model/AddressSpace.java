package pagefold.model;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One named space of a simulation: an immutable interval map of regions, each as long as it can be. */
public final class AddressSpace {
    /** Ranges of regions are looked up by their first address alone. */
    private static final Comparator<AddressRange> BY_START = (a, b) -> Long.compareUnsigned(a.start(), b.start());

    private final String name;
    private final SpaceKind kind;
    private final @Nullable String kernel;
    private final PersistentMap<AddressRange, Region> regions;

    private AddressSpace(
            String name, SpaceKind kind, @Nullable String kernel, PersistentMap<AddressRange, Region> regions) {
        this.name = name;
        this.kind = kind;
        this.kernel = kernel;
        this.regions = regions;
    }

    static AddressSpace empty(String name, SpaceKind kind) {
        return new AddressSpace(name, kind, null, PersistentMap.empty(BY_START));
    }

    /** A space with regions in address order, each as long as it can be. */
    static AddressSpace of(String name, SpaceKind kind, @Nullable String kernel, List<Region> regions) {
        List<AddressRange> ranges = regions.stream().map(Region::range).toList();
        return new AddressSpace(name, kind, kernel, PersistentMap.ofSorted(BY_START, ranges, regions));
    }

    public String name() {
        return name;
    }

    public SpaceKind kind() {
        return kind;
    }

    /** The space of the kernel whose half is in this process's own start table, or {@code null} where none is. */
    public @Nullable String kernel() {
        return kernel;
    }

    /** Number of regions. */
    public int regionCount() {
        return regions.size();
    }

    /** The region at an address, if one is there. */
    public @Nullable Region at(long address) {
        Region region = regions.floor(startingAt(address));
        return region != null && region.range().contains(address) ? region : null;
    }

    /** All regions in address order. */
    public List<Region> regions() {
        List<Region> all = new ArrayList<>(regions.size());
        regions.forEach((range, region) -> all.add(region));
        return all;
    }

    /** Visits, in address order, the regions that overlap a range, each cut to it. */
    public void forEachIn(AddressRange range, Consumer<Region> visitor) {
        Region region = firstIn(range);
        while (region != null) {
            visitor.accept(region.slice(region.range().intersection(range)));
            region = nextIn(region, range);
        }
    }

    /** The lowest region that overlaps a range. */
    public @Nullable Region firstIn(AddressRange range) {
        Region region = at(range.start());
        if (region == null) {
            region = regions.ceiling(range);
        }
        return region != null && region.range().overlaps(range) ? region : null;
    }

    private @Nullable Region nextIn(Region region, AddressRange range) {
        if (region.range().last() == -1L) {
            return null;
        }
        Region next = regions.ceiling(startingAt(region.range().last() + 1));
        return next != null && next.range().overlaps(range) ? next : null;
    }

    /** The lowest address of a range at which nothing is mapped, or {@code null} when all of it is mapped. */
    public @Nullable Long firstHole(AddressRange range) {
        long expected = range.start();
        Region region = at(expected);
        while (region != null) {
            if (Long.compareUnsigned(region.range().last(), range.last()) >= 0) {
                return null;
            }
            expected = region.range().last() + 1;
            region = regions.get(startingAt(expected));
        }
        return expected;
    }

    AddressSpace without(AddressRange range) {
        PersistentMap<AddressRange, Region> rest = regions;
        Region region = firstIn(range);
        while (region != null) {
            AddressRange whole = region.range();
            rest = rest.remove(whole);
            if (Long.compareUnsigned(whole.start(), range.start()) < 0) {
                rest = put(rest, region.slice(new AddressRange(whole.start(), range.start() - 1)));
            }
            if (Long.compareUnsigned(range.last(), whole.last()) < 0) {
                rest = put(rest, region.slice(new AddressRange(range.last() + 1, whole.last())));
            }
            region = nextIn(region, range);
        }
        return rest == regions ? this : new AddressSpace(name, kind, kernel, rest);
    }

    /** With a region in a range where nothing is mapped, joined to its neighbours where they continue it. */
    AddressSpace with(Region added) {
        PersistentMap<AddressRange, Region> result = regions;
        Region region = added;
        if (region.range().start() != 0) {
            Region before = result.floor(region.range());
            if (before != null && before.joins(region)) {
                region = before.joined(region);
            }
        }
        if (region.range().last() != -1L) {
            Region after = result.get(startingAt(region.range().last() + 1));
            if (after != null && region.joins(after)) {
                result = result.remove(after.range());
                region = region.joined(after);
            }
        }
        return new AddressSpace(name, kind, kernel, put(result, region));
    }

    /** With every region of a range changed, the others as they were. */
    AddressSpace updated(AddressRange range, UnaryOperator<Region> change) {
        List<Region> changed = new ArrayList<>();
        forEachIn(range, region -> changed.add(change.apply(region)));
        AddressSpace result = without(range);
        for (Region region : changed) {
            result = result.with(region);
        }
        return result;
    }

    AddressSpace renamed(String newName) {
        return new AddressSpace(newName, kind, kernel, regions);
    }

    AddressSpace carrying(String carried) {
        return new AddressSpace(name, kind, carried, regions);
    }

    private static PersistentMap<AddressRange, Region> put(PersistentMap<AddressRange, Region> map, Region region) {
        return map.put(region.range(), region);
    }

    /** What finds the region that begins at an address. */
    private static AddressRange startingAt(long address) {
        return new AddressRange(address, address);
    }
}
