package pagefold.table;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.model.AddressRange;
import pagefold.model.AddressSpace;
import pagefold.model.Attributes;
import pagefold.model.Names;
import pagefold.model.Output;
import pagefold.model.Region;
import pagefold.model.Sharing;

/**
 * What the regions of a range become in whole pages of a granule, for {@code coarsen: widen}.
 *
 * <p>A page that a region covers in part is mapped whole. Regions that share a page share its permissions, all that
 * any of them grants, and, where their memory is not the same, a frame of the page's own. Frames that the granule
 * cannot share at another alignment are placed apart.
 */
final class WidenedPages {
    private final AddressSpace space;
    private final TranslationRegime regime;
    private final AddressRange area;
    private final long granule;
    private final List<Region> result = new ArrayList<>();
    private final List<Region> shared = new ArrayList<>();
    private long sharedPage;
    private @Nullable Conflict conflict;

    /**
     * A page that cannot be mapped.
     *
     * @param expected what could be, in words
     */
    record Conflict(AddressRange page, String reason, String expected) {}

    private WidenedPages(AddressSpace space, TranslationRegime regime, AddressRange area) {
        this.space = space;
        this.regime = regime;
        this.area = area;
        this.granule = regime.geometry().granule();
    }

    /** The pages of an area, which is of whole ones, or the first conflict. */
    static WidenedPages of(AddressSpace space, TranslationRegime regime, AddressRange area) {
        WidenedPages pages = new WidenedPages(space, regime, area);
        space.forEachIn(area, pages::add);
        pages.finishPage();
        return pages;
    }

    List<Region> regions() {
        return result;
    }

    /** The parts of the area in which nothing is mapped. */
    List<AddressRange> gaps() {
        List<AddressRange> gaps = new ArrayList<>();
        long at = area.start();
        for (Region region : result) {
            if (Long.compareUnsigned(at, region.range().start()) < 0) {
                gaps.add(new AddressRange(at, region.range().start() - 1));
            }
            at = region.range().last() + 1;
        }
        if (result.isEmpty() || result.getLast().range().last() != area.last()) {
            gaps.add(new AddressRange(at, area.last()));
        }
        return gaps;
    }

    /** Whether a space has these pages, and nothing else in the area. */
    boolean areIn(AddressSpace other) {
        boolean[] same = {gaps().stream().allMatch(gap -> other.firstIn(gap) == null)};
        for (Region region : result) {
            same[0] &= other.firstHole(region.range()) == null;
            other.forEachIn(region.range(), part -> same[0] &= part.equals(region.slice(part.range())));
        }
        return same[0];
    }

    @Nullable
    Conflict conflict() {
        return conflict;
    }

    private void add(Region region) {
        long start = region.range().start();
        long last = region.range().last();
        long firstPage = start & -granule;
        long lastPage = last & -granule;
        boolean cutsHead = start != firstPage;
        boolean cutsTail = last != (lastPage | granule - 1);
        if (firstPage == lastPage && (cutsHead || cutsTail)) {
            share(firstPage, region);
            return;
        }
        if (cutsHead) {
            share(firstPage, region.slice(new AddressRange(start, firstPage | granule - 1)));
        }
        long interior = cutsHead ? firstPage + granule : firstPage;
        long interiorLast = cutsTail ? lastPage - 1 : last;
        if (Long.compareUnsigned(interior, interiorLast) <= 0 && interior - 1 != interiorLast) {
            finishPage();
            place(new AddressRange(interior, interiorLast), region, region.attributes());
        }
        if (cutsTail) {
            share(lastPage, region.slice(new AddressRange(lastPage, last)));
        }
    }

    private void share(long page, Region part) {
        if (!shared.isEmpty() && sharedPage != page) {
            finishPage();
        }
        sharedPage = page;
        shared.add(part);
    }

    private void finishPage() {
        if (shared.isEmpty()) {
            return;
        }
        AddressRange page = AddressRange.ofSize(sharedPage, granule);
        Region first = shared.getFirst();
        Attributes attributes = first.attributes();
        boolean same = true;
        boolean valid = false;
        for (Region other : shared) {
            attributes = attributes.withPermissions(
                    attributes.permissions().union(other.attributes().permissions()));
            same &= origin(other).equals(origin(first));
            valid |= other.valid();
            if (other.attributes().memoryType() != attributes.memoryType()) {
                fail(page, "memory-type", "regions of one memory type in a page");
            }
        }
        if (same) {
            place(page, first.withValid(valid), attributes);
        } else {
            placeOwn(page, attributes, valid);
        }
        shared.clear();
    }

    /** Where the output of a region would be if the region reached down to address 0: the same for what continues. */
    private static Object origin(Region region) {
        return switch (region.output()) {
            case Output.Physical(long address) -> address - region.range().start();
            case Output.Backed(String object, long offset, Sharing sharing) ->
                List.of(object, offset - region.range().start(), sharing);
            case Output.Repeated repeated -> repeated;
        };
    }

    private void placeOwn(AddressRange page, Attributes attributes, boolean valid) {
        Sharing sharing = Sharing.SHARED;
        for (Region part : shared) {
            if (!(part.output() instanceof Output.Backed(String object, long offset, Sharing its))) {
                fail(page, "misaligned", "given physical addresses that continue across a page");
                return;
            }
            sharing = its == Sharing.COPY_ON_WRITE || sharing == Sharing.SHARED ? its : sharing;
        }
        String object = Names.RESERVED + "page " + space.name() + " " + Long.toHexString(page.start());
        result.add(new Region(page, new Output.Backed(object, 0, sharing), fitting(attributes), valid));
    }

    /** Places whole pages with the output of a region that covers them at least in part. */
    private void place(AddressRange pages, Region region, Attributes attributes) {
        long ahead = pages.start() - region.range().start();
        Attributes fitting = fitting(attributes);
        switch (region.output()) {
            case Output.Physical(long address) -> {
                if ((address + ahead & granule - 1) != 0) {
                    fail(pages, "misaligned", "an output aligned as its input within " + granule + " bytes");
                    return;
                }
                result.add(new Region(pages, new Output.Physical(address + ahead), fitting, region.valid()));
            }
            case Output.Backed(String object, long offset, Sharing sharing) -> {
                long skew = offset + ahead & granule - 1;
                String name = skew == 0 ? object : Names.RESERVED + Long.toHexString(skew) + " " + object;
                long at = skew == 0 ? offset + ahead : offset + ahead - skew + granule;
                result.add(new Region(pages, new Output.Backed(name, at, sharing), fitting, region.valid()));
            }
            case Output.Repeated repeated -> result.add(new Region(pages, repeated, fitting, region.valid()));
        }
    }

    /** Memory that grants nothing stays so. */
    private Attributes fitting(Attributes attributes) {
        return attributes.permissions().isNone() ? attributes : regime.widened(attributes);
    }

    private void fail(AddressRange page, String reason, String expected) {
        if (conflict == null) {
            conflict = new Conflict(page, reason, expected);
        }
    }
}
