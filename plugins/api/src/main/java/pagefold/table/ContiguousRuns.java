package pagefold.table;

import pagefold.model.AddressRange;

/** The contiguous runs of a tree. */
final class ContiguousRuns {
    private final PageTable table;
    private final Geometry geometry;
    private final TableFormat format;

    ContiguousRuns(PageTable table, TranslationRegime regime) {
        this.table = table;
        this.geometry = regime.geometry();
        this.format = regime.format();
    }

    /** A range with the whole of the runs that its ends cut. */
    AddressRange around(AddressRange range) {
        return new AddressRange(range.start() & -sizeAt(range.start()), range.last() | sizeAt(range.last()) - 1);
    }

    /** Bytes of the run at an address; 1 where there is none. */
    private long sizeAt(long address) {
        long at = table.root();
        for (int level = geometry.startLevel(); ; level++) {
            long word = table.editor().word(at, level, address);
            if (word != 0 && format.isTable(word, level)) {
                at = format.tableAddress(word);
                continue;
            }
            return word != 0 && format.isContiguous(word)
                    ? (long) format.contiguousEntries(level) << geometry.shift(level)
                    : 1;
        }
    }
}
