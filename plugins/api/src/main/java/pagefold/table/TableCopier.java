package pagefold.table;

import pagefold.model.AddressRange;

/**
 * Copies the tables of a kernel's range, as Linux does before it hibernates and resumes: what is there is there in the
 * copy at the same level, and may be written (arch/arm64/mm/trans_pgd.c).
 */
final class TableCopier {
    private final PageTable from;
    private final PageTable to;
    private final Geometry geometry;
    private final TableFormat format;
    private final TranslationRegime.CopyWords words;

    TableCopier(PageTable from, PageTable to, TranslationRegime regime, TranslationRegime.CopyWords words) {
        this.from = from;
        this.to = to;
        this.geometry = regime.geometry();
        this.format = regime.format();
        this.words = words;
    }

    void copy(AddressRange range) {
        copy(from.root(), to.root(), geometry.startLevel(), range.start(), range.last());
    }

    private void copy(long source, long target, int level, long start, long last) {
        long size = 1L << geometry.shift(level);
        for (long at = start; ; at = (at | size - 1) + 1) {
            long end = Long.compareUnsigned(at | size - 1, last) <= 0 ? at | size - 1 : last;
            long word = from.editor().word(source, level, at);
            if (word != 0 && format.isTable(word, level)) {
                long child = to.editor().newTable(target, level, at, table -> words.table(table, level));
                copy(format.tableAddress(word), child, level + 1, at, end);
            } else if (word != 0) {
                to.editor().store(target, level, at, words.leaf(word, level));
            }
            if (end == last) {
                return;
            }
        }
    }
}
