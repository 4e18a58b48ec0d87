package pagefold.table;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.model.AddressRange;
import pagefold.model.AddressSpace;
import pagefold.model.Output;
import pagefold.model.Region;
import pagefold.model.Sharing;

/**
 * Keeps pages coherent that one space maps more than once, where a data cache finds them by virtual addresses: what Linux
 * does after a fault has set a word ({@code update_mmu_cache}, {@code make_coherent} and {@code adjust_pte} of
 * arch/arm/mm/fault-armv.c).
 *
 * <p>The other pages of shared regions that show the same page of an object, and, where there are any, the page of the
 * fault become memory that such a cache leaves alone. They stay so when there is one of them left. Other spaces do not
 * count: the cache is flushed between them.
 */
final class CacheAliases {
    private final PageTable table;
    private final Backings backings;
    private final TableFormat format;
    private final long granule;
    private final TranslationRegime.@Nullable AliasWords words;
    /** The pages whose words faults have set since the last call of {@link #settle}. */
    private final List<AddressRange> faulted = new ArrayList<>();

    CacheAliases(PageTable table, TranslationRegime regime, Backings backings) {
        this.table = table;
        this.backings = backings;
        this.format = regime.format();
        this.granule = regime.geometry().granule();
        this.words = regime.aliasWords();
    }

    /** Faults have set the words of pages. */
    void faulted(AddressRange pages) {
        if (words == null) {
            return;
        }
        AddressRange last = faulted.isEmpty() ? null : faulted.getLast();
        if (last != null && last.last() + 1 == pages.start()) {
            faulted.removeLast();
            faulted.add(new AddressRange(last.start(), pages.last()));
        } else {
            faulted.add(pages);
        }
    }

    /** The same update, which faults make where it changes anything. */
    PageTable.LeafUpdate faulting(PageTable.LeafUpdate update) {
        if (words == null) {
            return update;
        }
        return (word, level, address) -> {
            long changed = update.apply(word, level, address);
            if (changed != word) {
                faulted(AddressRange.ofSize(address, granule));
            }
            return changed;
        };
    }

    /** Settles what the faults of an event leave to do in a space as it is then. */
    void settle(AddressSpace space) {
        TranslationRegime.AliasWords coherent = words;
        if (coherent == null || faulted.isEmpty()) {
            return;
        }
        List<Region> regions = space.regions();
        for (AddressRange range : faulted) {
            space.forEachIn(range, part -> {
                if (part.output() instanceof Output.Backed(String object, long offset, Sharing sharing)
                        && sharing != Sharing.PRIVATE) {
                    settle(new Mapped(part, object, offset), regions, coherent);
                }
            });
        }
        faulted.clear();
    }

    /** A part of a region with what it shows. */
    private record Mapped(Region region, String object, long offset) {
        AddressRange offsets() {
            return AddressRange.ofSize(offset, region.range().size());
        }

        long start() {
            return region.range().start();
        }
    }

    private void settle(Mapped part, List<Region> regions, TranslationRegime.AliasWords coherent) {
        BitSet present = new BitSet();
        AddressRange range = part.region.range();
        table.visit(range.start(), range.last(), (word, level, address) -> {
            // A copy of a page is no longer the object's.
            if (!backings.isCopy(format.outputAddress(word, level))) {
                present.set(index(address - part.start()));
            }
        });
        BitSet aliased = new BitSet();
        for (Region region : regions) {
            if (region.output() instanceof Output.Backed(String object, long offset, Sharing sharing)
                    && sharing == Sharing.SHARED
                    && object.equals(part.object)
                    && !region.range().contains(part.start())) {
                adjust(new Mapped(region, object, offset), part, present, aliased, coherent);
            }
        }
        table.update(
                range.start(),
                range.last(),
                false,
                (word, level, address) -> aliased.get(index(address - part.start())) ? coherent.coherent(word) : word);
    }

    /** Adjusts the pages of another region, and says which pages have one there. */
    private void adjust(
            Mapped other, Mapped part, BitSet present, BitSet aliased, TranslationRegime.AliasWords coherent) {
        if (!other.offsets().overlaps(part.offsets())) {
            return;
        }
        AddressRange both = other.offsets().intersection(part.offsets());
        long start = other.start() + (both.start() - other.offset);
        table.update(start, start + (both.size() - 1), false, (word, level, address) -> {
            int page = index(address - start + (both.start() - part.offset));
            if (!present.get(page)) {
                return word;
            }
            aliased.set(page);
            return coherent.coherent(word);
        });
    }

    private int index(long bytes) {
        return (int) (bytes / granule);
    }
}
