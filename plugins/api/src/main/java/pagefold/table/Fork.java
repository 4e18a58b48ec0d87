package pagefold.table;

import java.util.List;
import pagefold.model.AddressRange;
import pagefold.model.Output;
import pagefold.model.Region;
import pagefold.model.Sharing;

/** The tables of a process that become those of another one, too, which has none yet. */
record Fork(PageTable table, PageTable child, TranslationRegime regime, Backings backings, CopyOnWrite copyOnWrite) {

    /** Copies the words of regions; private memory may no longer be written without a copy. */
    void copy(List<Region> regions) {
        for (Region region : regions) {
            AddressRange range = region.range();
            boolean isPrivate = false;
            if (region.output() instanceof Output.Backed(String object, long offset, Sharing sharing)) {
                backings.count(object, range.size());
                isPrivate = sharing != Sharing.SHARED;
            }
            if (isPrivate && region.attributes().isHuge()) {
                copyHuge(range);
            } else if (isPrivate) {
                copyPrivate(range);
            } else {
                copyShared(region);
            }
        }
    }

    private void copyPrivate(AddressRange range) {
        table.update(
                range.start(),
                range.last(),
                false,
                (word, level, address) -> regime.format().writeProtected(word));
        copyOnWrite.share(range);
        table.visit(
                range.start(),
                range.last(),
                (word, level, address) ->
                        child.place(address, level, regime.format().withAccessed(word, false)));
    }

    /** {@code copy_hugetlb_page_range}: both have the words of the parent, write-protected, and as young as they were. */
    private void copyHuge(AddressRange range) {
        new ContiguousRuns(table, regime)
                .rewrite(range, true, (word, level, address) -> regime.format().writeProtected(word));
        copyOnWrite.share(range);
        table.visit(range.start(), range.last(), (word, level, address) -> child.place(address, level, word));
    }

    private void copyShared(Region region) {
        table.visit(region.range().start(), region.range().last(), (word, level, address) -> {
            // Memory that has never granted anything has no words, and may have attributes that none could have.
            long bits = regime.leafBits(region.attributes());
            long clean = regime.format().leafWord(regime.format().outputAddress(word, level), level, bits);
            long copy = regime.format()
                    .withContiguous(
                            regime.format().withAccessed(clean, false),
                            regime.format().isContiguous(word));
            child.place(address, level, copy);
        });
    }
}
