package pagefold.table;

import org.jspecify.annotations.Nullable;
import pagefold.table.PageTable.LeafUpdate;

/**
 * Edits of single entries and single runs in the tables of one space, each with the maintenance that it owes.
 *
 * <p>A change of a live word that the format says needs it goes by break before make; without a listener the
 * intermediate words are not stored, since nobody can see them.
 */
final class TableEditor {
    private final String space;
    private final TableMemory memory;
    private final Geometry geometry;
    private final TableFormat format;
    private @Nullable TableListener listener;

    TableEditor(String space, TableMemory memory, TranslationRegime regime) {
        this.space = space;
        this.memory = memory;
        this.geometry = regime.geometry();
        this.format = regime.format();
    }

    /** Who is told of the changes from now on. */
    void listen(@Nullable TableListener newListener) {
        this.listener = newListener;
    }

    boolean isHeard() {
        return listener != null;
    }

    /** The same tables in a copy of the memory. */
    TableEditor copy(TableMemory copied, TranslationRegime regime) {
        return new TableEditor(space, copied, regime);
    }

    long word(long table, int level, long address) {
        return memory.load64(table + 8L * geometry.index(address, level));
    }

    void store(long table, int level, long address, long word) {
        long at = table + 8L * geometry.index(address, level);
        long old = memory.load64(at);
        if (old != word) {
            memory.store64(at, word);
            if (old == 0) {
                memory.addLive(table, 1);
            } else if (word == 0) {
                memory.addLive(table, -1);
            }
            report(at, level, old, word);
        }
    }

    void report(long address, int level, long oldWord, long newWord) {
        if (listener != null) {
            listener.wrote(address, level, oldWord, newWord);
        }
    }

    void invalidate(long start, long last, boolean leafOnly) {
        if (listener != null) {
            listener.invalidated(space, start, last, leafOnly);
        }
    }

    void invalidateAll() {
        if (listener != null) {
            listener.invalidatedAll(space);
        }
    }

    /** Whether there is a table of a level for an address. */
    boolean hasTable(long root, int level, long address) {
        long table = root;
        for (int at = geometry.startLevel(); at < level; at++) {
            long word = word(table, at, address);
            if (!format.isTable(word, at)) {
                return false;
            }
            table = format.tableAddress(word);
        }
        return true;
    }

    /** The table below an entry; it is made where nothing is. */
    long childFor(long table, int level, long address) {
        long word = word(table, level, address);
        if (word == 0) {
            long child = memory.allocate();
            store(table, level, address, format.tableWord(child, level));
            return child;
        }
        if (!format.isTable(word, level)) {
            throw new IllegalStateException("expected a table or nothing at level " + level + " of " + space
                    + ", but found the word 0x" + Long.toHexString(word));
        }
        return format.tableAddress(word);
    }

    /** Unmarks the contiguous runs of a table that the ends of a range cut. */
    void openEnds(long table, int level, long start, long last) {
        int entries = format.contiguousEntries(level);
        if (entries == 1) {
            return;
        }
        long run = ((long) entries << geometry.shift(level)) - 1;
        if ((start & run) != 0 && isContiguous(table, level, start)) {
            open(table, level, start);
        }
        if ((last + 1 & run) != 0 && isContiguous(table, level, last)) {
            open(table, level, last);
        }
    }

    private boolean isContiguous(long table, int level, long address) {
        long word = word(table, level, address);
        return !format.isTable(word, level) && format.isContiguous(word);
    }

    /** Unmarks the contiguous run at an address. */
    void open(long table, int level, long address) {
        rewriteRun(table, level, address, (word, at, start) -> format.withContiguous(word, false));
    }

    /** Changes all entries of a contiguous run: break them, invalidate, make the new ones. */
    void rewriteRun(long table, int level, long address, LeafUpdate change) {
        int n = format.contiguousEntries(level);
        int shift = geometry.shift(level);
        long first = address & -((long) n << shift);
        long[] words = new long[n];
        for (int i = 0; i < n; i++) {
            words[i] = word(table, level, first + ((long) i << shift));
        }
        if (isHeard()) {
            for (int i = 0; i < n; i++) {
                store(table, level, first + ((long) i << shift), 0);
            }
            invalidate(first, first + ((long) n << shift) - 1, true);
        }
        for (int i = 0; i < n; i++) {
            long at = first + ((long) i << shift);
            store(table, level, at, words[i] == 0 ? 0 : change.apply(words[i], level, at));
        }
    }

    /** Replaces a block by a table of the next level that translates the same. */
    void split(long table, int level, long address) {
        if (isContiguous(table, level, address)) {
            open(table, level, address);
        }
        long word = word(table, level, address);
        long size = 1L << geometry.shift(level);
        long first = address & -size;
        long child = memory.allocate();
        if (isHeard()) {
            store(table, level, address, 0);
            invalidate(first, first + size - 1, true);
        }
        int below = level + 1;
        long output = format.outputAddress(word, level);
        for (long step = 0; step != size; step += 1L << geometry.shift(below)) {
            store(child, below, first + step, format.relocated(word, level, below, output + step));
        }
        store(table, level, address, format.tableWord(child, level));
    }

    /** Changes one leaf word, and with it its contiguous run where one entry cannot change alone. */
    void change(long table, int level, long address, long word, LeafUpdate update) {
        long changed = update.apply(word, level, address);
        if (changed == word) {
            return;
        }
        long size = 1L << geometry.shift(level);
        boolean live = format.isLeaf(word, level);
        if (live && format.isLeaf(changed, level) && format.needsBreak(word, changed, level)) {
            if (format.isContiguous(word)) {
                rewriteRun(table, level, address, update);
                return;
            }
            if (isHeard()) {
                store(table, level, address, 0);
                invalidate(address, address + size - 1, true);
            }
            store(table, level, address, changed);
            return;
        }
        store(table, level, address, changed);
        if (live) {
            invalidate(address, address + size - 1, true);
        }
    }
}
