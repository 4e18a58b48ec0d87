package pagefold.table;

import pagefold.model.AddressRange;
import pagefold.table.PageTable.LeafUpdate;

/** The contiguous runs of a tree, and huge pages, which are runs or single leaves. */
final class ContiguousRuns {
    private final PageTable table;
    private final TableEditor editor;
    private final Geometry geometry;
    private final TableFormat format;

    ContiguousRuns(PageTable table, TranslationRegime regime) {
        this.table = table;
        this.editor = table.editor();
        this.geometry = regime.geometry();
        this.format = regime.format();
    }

    /** The entry that has a leaf, or nothing, for an address. */
    private record Entry(long table, int level, long word) {}

    private Entry at(long address) {
        long at = table.root();
        for (int level = geometry.startLevel(); ; level++) {
            long word = editor.word(at, level, address);
            if (word == 0 || !format.isTable(word, level)) {
                return new Entry(at, level, word);
            }
            at = format.tableAddress(word);
        }
    }

    private boolean isRun(Entry entry) {
        return entry.word != 0 && format.isContiguous(entry.word);
    }

    /** Bytes of the leaf, run or hole at an entry. */
    private long size(Entry entry) {
        long leaf = 1L << geometry.shift(entry.level);
        return isRun(entry) ? leaf * format.contiguousEntries(entry.level) : leaf;
    }

    /** A range with the whole of the runs that its ends cut. */
    AddressRange around(AddressRange range) {
        return new AddressRange(range.start() & -runSize(range.start()), range.last() | runSize(range.last()) - 1);
    }

    /** Bytes of the run at an address; 1 where there is none. */
    private long runSize(long address) {
        Entry entry = at(address);
        return isRun(entry) ? size(entry) : 1;
    }

    /** Sees the first entry in a range of each run, and every other entry that is not zero. */
    private interface Visitor {
        void entry(Entry entry, long address);
    }

    private void visit(AddressRange range, Visitor visitor) {
        for (long address = range.start(); ; ) {
            Entry entry = at(address);
            long last = address | size(entry) - 1;
            if (entry.word != 0) {
                visitor.entry(entry, address);
            }
            if (Long.compareUnsigned(last, range.last()) >= 0) {
                return;
            }
            address = last + 1;
        }
    }

    /**
     * Changes whole huge pages as hugetlb does (arch/arm64/mm/hugetlbpage.c): all entries are taken, and written again
     * with what hardware has kept in any of them.
     *
     * @param range of whole pages
     * @param always whether that happens where the change leaves a word as it is
     */
    void rewrite(AddressRange range, boolean always, LeafUpdate update) {
        visit(range, (entry, address) -> {
            if (!always && update.apply(entry.word, entry.level, address) == entry.word) {
                return;
            }
            if (isRun(entry)) {
                rewriteRun(entry, address, update);
            } else {
                editor.change(entry.table, entry.level, address, entry.word, update);
            }
        });
    }

    /** Unmarks the runs of a range that are not whole: not all entries are marked, and lead to neighbouring frames. */
    void openBroken(AddressRange range) {
        visit(range, (entry, address) -> {
            if (isRun(entry) && !isWhole(entry, address)) {
                editor.open(entry.table, entry.level, address);
            }
        });
    }

    private boolean isWhole(Entry entry, long address) {
        long step = 1L << geometry.shift(entry.level);
        long first = address & -size(entry);
        long output = format.outputAddress(editor.word(entry.table, entry.level, first), entry.level);
        for (int i = 0; i < format.contiguousEntries(entry.level); i++) {
            long word = editor.word(entry.table, entry.level, first + i * step);
            if (!format.isContiguous(word) || format.outputAddress(word, entry.level) != output + i * step) {
                return false;
            }
        }
        return true;
    }

    private void rewriteRun(Entry entry, long first, LeafUpdate update) {
        int level = entry.level;
        TableEditor.UseOfRun use = editor.use(entry.table, level, first, format.contiguousEntries(level));
        LeafUpdate whole = (word, at, address) ->
                format.withContiguous(update.apply(use.addedTo(format, word), at, address), true);
        boolean isChanged = false;
        for (long address = first; address <= (first | size(entry) - 1); address += 1L << geometry.shift(level)) {
            long word = editor.word(entry.table, level, address);
            isChanged |= whole.apply(word, level, address) != word;
        }
        if (isChanged) {
            editor.rewriteRun(entry.table, level, first, whole);
        }
    }
}
