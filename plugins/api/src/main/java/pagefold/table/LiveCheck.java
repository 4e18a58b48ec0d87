package pagefold.table;

import org.jspecify.annotations.Nullable;
import pagefold.model.AddressRange;
import pagefold.model.Rejection;

/** Finds the first live word of a range that may not change in place. */
final class LiveCheck {
    private final ModelSpace space;
    private final TableFormat format;
    private final Geometry geometry;
    private final AddressRange whole;
    private final TranslationRegime.LiveWords rules;
    private final boolean blocks;
    private @Nullable Rejection found;

    /**
     * A check of one change.
     *
     * @param whole what changes at once: leaves and contiguous runs may not reach beyond it
     * @param blocks whether live words above the last level may change at all
     */
    LiveCheck(ModelSpace space, AddressRange whole, TranslationRegime.LiveWords rules, boolean blocks) {
        this.space = space;
        this.format = space.regime().format();
        this.geometry = space.regime().geometry();
        this.whole = whole;
        this.rules = rules;
        this.blocks = blocks;
    }

    /** The first word of a part of the range that may not become what an update makes of it. */
    @Nullable
    Rejection firstUnsafe(AddressRange part, PageTable.LeafUpdate update) {
        found = null;
        space.table().visit(part.start(), part.last(), (word, level, address) -> {
            if (found == null) {
                long changed = update.apply(word, level, address);
                String reason = isCut(word, level, address)
                        ? "a block or contiguous run reaches beyond " + whole
                        : unsafe(word, changed, level);
                found = reason == null
                        ? null
                        : new Rejection.UnsafeChange(
                                space.table().editor().space(), address, level, word, changed, reason);
            }
        });
        return found;
    }

    private @Nullable String unsafe(long word, long changed, int level) {
        return !blocks && level < Geometry.LAST_LEVEL && format.isLeaf(word, level)
                ? "blocks are not asked for, and a table cannot take its place"
                : rules.unsafe(word, changed);
    }

    private boolean isCut(long word, int level, long address) {
        long entries = format.isContiguous(word) ? format.contiguousEntries(level) : 1;
        long size = entries << geometry.shift(level);
        long first = address & -size;
        return !whole.contains(first) || !whole.contains(first + (size - 1));
    }
}
