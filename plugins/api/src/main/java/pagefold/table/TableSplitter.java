package pagefold.table;

/** Makes smaller leaves of larger ones over a range; what is translated stays the same. */
final class TableSplitter {
    private final PageTable table;
    private final TableEditor editor;
    private final Geometry geometry;
    private final TableFormat format;

    TableSplitter(PageTable table, TranslationRegime regime) {
        this.table = table;
        this.editor = table.editor();
        this.geometry = regime.geometry();
        this.format = regime.format();
    }

    /** Splits the leaves, and unmarks the runs, of a range that do not fit a shift by a multiple of {@code unit}. */
    void loosen(long start, long last, long unit) {
        split(table.root(), geometry.startLevel(), start, last, new Rule(Long.lowestOneBit(unit), true, true));
    }

    /** Splits the leaves, and unmarks the runs, in a range that are longer than so many bytes, 1 or more. */
    void shorten(long start, long last, long most) {
        split(table.root(), geometry.startLevel(), start, last, new Rule(Long.highestOneBit(most), false, true));
    }

    /** Unmarks the runs in a range; leaves stay as large as they are. */
    void unmark(long start, long last) {
        split(table.root(), geometry.startLevel(), start, last, new Rule(0, false, false));
    }

    /**
     * What must be split.
     *
     * @param largest bytes of the largest leaf that may stay, a power of two; 0 is as good as 2^64
     * @param ends whether leaves and runs that cross the ends of the range are split, whatever their size
     * @param runs whether runs that are short enough may stay
     */
    private record Rule(long largest, boolean ends, boolean runs) {
        boolean allows(long bytes) {
            return Long.compareUnsigned(bytes - 1, largest - 1) <= 0;
        }
    }

    private void split(long at, int level, long start, long last, Rule rule) {
        long size = 1L << geometry.shift(level);
        if (rule.ends) {
            editor.openEnds(at, level, start, last);
        }
        boolean runsStay = rule.runs && rule.allows((long) format.contiguousEntries(level) << geometry.shift(level));
        long address = start;
        while (true) {
            long end = lower(address | size - 1, last);
            long word = editor.word(at, level, address);
            if (word != 0 && !format.isTable(word, level)) {
                boolean whole = (address & size - 1) == 0 && end == (address | size - 1);
                if (format.isContiguous(word) && !runsStay) {
                    editor.open(at, level, address);
                }
                if (!rule.allows(size) || rule.ends && !whole) {
                    editor.split(at, level, address);
                }
                word = editor.word(at, level, address);
            }
            if (word != 0 && format.isTable(word, level)) {
                split(format.tableAddress(word), level + 1, address, end, rule);
            }
            if (end == last) {
                return;
            }
            address = end + 1;
        }
    }

    private static long lower(long a, long b) {
        return Long.compareUnsigned(a, b) <= 0 ? a : b;
    }
}
