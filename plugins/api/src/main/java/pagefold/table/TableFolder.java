package pagefold.table;

import pagefold.model.AddressRange;
import pagefold.model.AddressSpace;
import pagefold.model.Region;

/**
 * Makes larger leaves of smaller ones where a region asks for them: contiguous runs of neighbouring leaves, blocks of
 * whole tables. Accessed and dirty state of the parts is joined.
 *
 * <p>Linux folds contiguous runs so for user memory (contpte_try_fold of arch/arm64/mm/contpte.c): when the last word of a
 * run is written, and at no other word, so that a run that is filled from behind stays as it is. The region stands for
 * Linux's folio. Blocks are made again after a change of permissions has made a table uniform. Only leaves of one region
 * are joined.
 */
final class TableFolder {
    private final PageTable table;
    private final TableEditor editor;
    private final TableMemory memory;
    private final Backings backings;
    private final Geometry geometry;
    private final TableFormat format;
    private final boolean joinsLeaves;

    TableFolder(PageTable table, TableMemory memory, TranslationRegime regime, Backings backings) {
        this.table = table;
        this.backings = backings;
        this.editor = table.editor();
        this.memory = memory;
        this.geometry = regime.geometry();
        this.format = regime.format();
        this.joinsLeaves = regime.joinsLeaves();
    }

    /**
     * The words that have been written.
     *
     * @param range where they are
     * @param region what the larger leaves must be within
     * @param collapses whether tables become blocks, too
     */
    private record Written(AddressRange range, Region region, boolean collapses) {}

    /** Folds what contains the first or the last address of a range that was written, in ascending order. */
    void foldEnds(AddressRange range, Region region) {
        if (asks(region)) {
            Written written = new Written(range, region, true);
            fold(table.root(), geometry.startLevel(), range.start(), range.start(), written);
            fold(table.root(), geometry.startLevel(), range.last(), range.last(), written);
        }
    }

    /** Folds all that overlaps a range that was written, in ascending order. */
    void fold(AddressRange range, AddressSpace after) {
        fold(range, after, true);
    }

    /** The same for words that have come from elsewhere, which Linux only joins to runs. */
    void foldMoved(AddressRange range, AddressSpace after) {
        fold(range, after, false);
    }

    private void fold(AddressRange range, AddressSpace after, boolean collapses) {
        after.forEachIn(range, region -> {
            AddressRange part = region.range();
            Region whole = after.at(part.start());
            if (whole != null && asks(whole)) {
                Written written = new Written(part, whole, collapses);
                fold(table.root(), geometry.startLevel(), part.start(), part.last(), written);
            }
        });
    }

    private boolean asks(Region region) {
        return joinsLeaves
                && (region.attributes().blocks() || region.attributes().contiguous());
    }

    private void fold(long at, int level, long start, long last, Written written) {
        Region region = written.region;
        long size = 1L << geometry.shift(level);
        long runSize = region.attributes().contiguous() ? size * format.contiguousEntries(level) : size;
        for (long address = start; ; address = (address | size - 1) + 1) {
            long end = lower(address | size - 1, last);
            long word = editor.word(at, level, address);
            if (word != 0 && format.isTable(word, level)) {
                fold(format.tableAddress(word), level + 1, address, end, written);
                if (written.collapses && region.attributes().blocks() && format.leafAllowed(level)) {
                    collapse(at, level, address & -size, region);
                }
            }
            if (runSize > size && (end == last || (end + 1 & runSize - 1) == 0)) {
                join(at, level, address & -runSize, written);
            }
            if (end == last) {
                return;
            }
        }
    }

    private static boolean covers(Region region, long first, long size) {
        return region.range().contains(first) && region.range().contains(first + size - 1);
    }

    /** Whether so many neighbouring words are leaves of one kind with neighbouring outputs. */
    private boolean isUniform(long at, int level, long first, int count, long alignment) {
        long word = editor.word(at, level, first);
        if (!format.isLeaf(word, level) || (format.outputAddress(word, level) & alignment - 1) != 0) {
            return false;
        }
        long clean = format.clean(format.withContiguous(word, false));
        long output = format.outputAddress(word, level);
        for (int i = 1; i < count; i++) {
            long step = (long) i << geometry.shift(level);
            long next = editor.word(at, level, first + step);
            if (!format.isLeaf(next, level)
                    || format.clean(format.withContiguous(next, false))
                            != format.relocated(clean, level, level, output + step)) {
                return false;
            }
        }
        return true;
    }

    private void join(long at, int level, long first, Written written) {
        int count = format.contiguousEntries(level);
        long size = (long) count << geometry.shift(level);
        long word = editor.word(at, level, first);
        if (!covers(written.region, first, size)
                || !written.range.contains(first + size - 1)
                || format.isTable(word, level)
                || format.isContiguous(word)
                || !isUniform(at, level, first, count, size)) {
            return;
        }
        TableEditor.UseOfRun use = editor.use(at, level, first, count);
        editor.rewriteRun(
                at, level, first, (old, atLevel, address) -> format.withContiguous(used(format.clean(old), use), true));
    }

    private long used(long clean, TableEditor.UseOfRun use) {
        return use.addedTo(format, format.withAccessed(clean, false));
    }

    private void collapse(long at, int level, long first, Region region) {
        long size = 1L << geometry.shift(level);
        long child = format.tableAddress(editor.word(at, level, first));
        int below = level + 1;
        int count = geometry.entries(below);
        if (!covers(region, first, size)
                || editor.words().live(child) != count
                || !isUniform(child, below, first, count, size)
                || hasCopies(child, below, first, count)) {
            return;
        }
        long part = format.clean(format.withContiguous(editor.word(child, below, first), false));
        long output = format.outputAddress(part, below);
        long block = used(format.relocated(part, below, level, output), editor.use(child, below, first, count));
        if (editor.isHeard()) {
            editor.store(at, level, first, 0);
            table.release(child, below, first);
            editor.invalidate(first, first + size - 1, false);
        }
        editor.store(at, level, first, block);
        table.free(child, first);
    }

    /** Private copies are counted by pages: each needs a word of its own. */
    private boolean hasCopies(long at, int level, long first, int count) {
        for (int i = 0; backings.hasCopies() && i < count; i++) {
            long word = editor.word(at, level, first + ((long) i << geometry.shift(level)));
            if (backings.isCopy(format.outputAddress(word, level))) {
                return true;
            }
        }
        return false;
    }

    private static long lower(long a, long b) {
        return Long.compareUnsigned(a, b) <= 0 ? a : b;
    }
}
