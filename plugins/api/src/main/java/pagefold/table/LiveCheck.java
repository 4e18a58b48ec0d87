package pagefold.table;

import org.jspecify.annotations.Nullable;
import pagefold.model.AddressRange;
import pagefold.model.Rejection;

/** Finds the first word of a range that may not change as it should. */
final class LiveCheck {
    private final ModelSpace space;
    private final TableFormat format;
    private final Geometry geometry;
    private final AddressRange whole;
    private final Rule rule;
    private @Nullable Rejection found;

    /** Why one word of a level may not become another, as part of a sentence, or {@code null}. */
    @FunctionalInterface
    interface Rule {
        @Nullable
        String unsafe(long oldWord, long newWord, int level);
    }

    private LiveCheck(ModelSpace space, AddressRange whole, Rule rule) {
        this.space = space;
        this.format = space.regime().format();
        this.geometry = space.regime().geometry();
        this.whole = whole;
        this.rule = rule;
    }

    /**
     * A check of one change.
     *
     * @param whole what changes at once: leaves and contiguous runs may not reach beyond it
     */
    static LiveCheck of(ModelSpace space, AddressRange whole, Rule rule) {
        return new LiveCheck(space, whole, rule);
    }

    /** The first word of a part of the range that may not become what an update makes of it. */
    @Nullable
    Rejection firstUnsafe(AddressRange part, PageTable.LeafUpdate update) {
        found = null;
        space.table().visit(part.start(), part.last(), (word, level, address) -> {
            if (found == null && !format.isTable(word, level)) {
                long changed = update.apply(word, level, address);
                String reason = isCut(word, level, address)
                        ? "a block or contiguous run reaches beyond " + whole
                        : rule.unsafe(word, changed, level);
                found = reason == null
                        ? null
                        : new Rejection.UnsafeChange(
                                space.table().editor().space(), address, level, word, changed, reason);
            }
        });
        return found;
    }

    private boolean isCut(long word, int level, long address) {
        long entries = format.isContiguous(word) ? format.contiguousEntries(level) : 1;
        long size = entries << geometry.shift(level);
        long first = address & -size;
        return !whole.contains(first) || !whole.contains(first + (size - 1));
    }
}
