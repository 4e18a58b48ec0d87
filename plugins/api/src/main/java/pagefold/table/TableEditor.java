package pagefold.table;

import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;
import pagefold.table.PageTable.LeafUpdate;

/**
 * Edits of single entries and single runs in the tables of one space, each with the maintenance that it owes.
 *
 * <p>A change of a live word that the format says needs it goes by break before make; without a listener the
 * intermediate words are not stored, since nobody can see them.
 */
final class TableEditor {
    private final TableStore store;
    private final Geometry geometry;
    private final TableFormat format;
    private final SharedTables shared;

    TableEditor(String space, TableMemory memory, TranslationRegime regime) {
        this.store = TableStore.of(space, memory, regime);
        this.geometry = regime.geometry();
        this.format = regime.format();
        this.shared = new SharedTables(this, memory, regime);
    }

    /** The tables of the space that are linked from several places. */
    SharedTables shared() {
        return shared;
    }

    /** Who is told of the changes from now on. */
    void listen(@Nullable TableListener newListener) {
        store.listener = newListener;
    }

    /** The name of the space. */
    String space() {
        return store.space;
    }

    boolean isHeard() {
        return store.listener != null;
    }

    /** The same tables in a copy of the memory. */
    TableEditor copy(TableMemory copied, TranslationRegime regime) {
        TableEditor copy = new TableEditor(store.space, copied, regime);
        copy.shared.copyFrom(shared);
        return copy;
    }

    /** The words themselves. */
    TableStore words() {
        return store;
    }

    long word(long table, int level, long address) {
        return store.word(table, level, address);
    }

    void store(long table, int level, long address, long word) {
        store.store(table, level, address, word);
    }

    void invalidate(long start, long last, boolean leafOnly) {
        TableListener listener = store.listener;
        if (listener != null) {
            listener.invalidated(store.space, start, last, leafOnly);
        }
    }

    void invalidateAll() {
        TableListener listener = store.listener;
        if (listener != null) {
            listener.invalidatedAll(store.space);
        }
    }

    /** Whether there is a table of a level for an address and for no other. */
    boolean hasTable(long root, int level, long address) {
        long table = root;
        for (int at = geometry.startLevel(); at < level; at++) {
            long word = word(table, at, address);
            if (!format.isTable(word, at)) {
                return false;
            }
            table = format.tableAddress(word);
            if (shared.has(table)) {
                return false;
            }
        }
        return true;
    }

    /** The table below an entry; it is made where nothing is. */
    long childFor(long table, int level, long address) {
        long word = word(table, level, address);
        if (word == 0) {
            makeTables(table, level, address);
            word = word(table, level, address);
        }
        if (!format.isTable(word, level)) {
            throw new IllegalStateException("expected a table or nothing at level " + level + " of " + store.space
                    + ", but found the word 0x" + Long.toHexString(word));
        }
        return format.tableAddress(word);
    }

    /** Tables for an entry, and for those of its group: what is mapped there is mapped by them as before. */
    private void makeTables(long table, int level, long address) {
        int group = geometry.group();
        long size = 1L << geometry.shift(level);
        long first = address & -(size * group);
        long page = store.memory.allocate();
        for (int i = 0; i < group; i++) {
            long at = first + i * size;
            long word = word(table, level, at);
            if (word != 0) {
                replaceBlock(table, level, at, word, store.tableIn(page, i));
            }
        }
        for (int i = 0; i < group; i++) {
            store(table, level, first + i * size, format.tableWord(store.tableIn(page, i), level));
        }
    }

    /** Maps by a table, which nothing points to yet, what a block maps, and breaks the block. */
    private void replaceBlock(long table, int level, long first, long word, long child) {
        long size = 1L << geometry.shift(level);
        if (isHeard()) {
            store(table, level, first, 0);
            invalidate(first, first + size - 1, true);
        }
        int below = level + 1;
        long output = format.outputAddress(word, level);
        for (long step = 0; step != size; step += 1L << geometry.shift(below)) {
            store(child, below, first + step, format.relocated(word, level, below, output + step));
        }
    }

    /**
     * Takes away the table below an entry, whose words are gone or will be with it.
     *
     * @return whether its page may be given back; it is not where a table beside it has words
     */
    boolean unlink(long table, int level, long address, long child) {
        long size = 1L << geometry.shift(level);
        if (store.mustStay(child)) {
            invalidate(address & -size, address | size - 1, true);
            return false;
        }
        long all = size * geometry.group();
        long first = address & -all;
        for (long at = first; at != first + all; at += size) {
            store(table, level, at, 0);
        }
        invalidate(first, first + all - 1, false);
        return true;
    }

    /** Makes an empty table below an empty entry, with a word of its own. */
    long newTable(long table, int level, long address, LongUnaryOperator word) {
        long child = store.memory.allocate();
        store(table, level, address, word.applyAsLong(child));
        return child;
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

    /** Unmarks the contiguous run at an address; what hardware has kept in one of its words is then in all of them. */
    void open(long table, int level, long address) {
        int n = format.contiguousEntries(level);
        UseOfRun use = use(table, level, address & -((long) n << geometry.shift(level)), n);
        rewriteRun(table, level, address, (word, at, start) -> use.addedTo(format, format.withContiguous(word, false)));
    }

    /**
     * What the words of a run say together.
     *
     * @param accessed whether one of them does
     * @param dirty the same
     */
    record UseOfRun(boolean accessed, boolean dirty) {

        long addedTo(TableFormat format, long word) {
            long used = accessed ? format.withAccessed(word, true) : word;
            return dirty ? format.markedDirty(used) : used;
        }
    }

    /** The state of neighbouring leaves together. */
    UseOfRun use(long table, int level, long first, int count) {
        boolean accessed = false;
        boolean dirty = false;
        for (int i = 0; i < count; i++) {
            long word = word(table, level, first + ((long) i << geometry.shift(level)));
            if (word != 0) {
                accessed |= format.isAccessed(word);
                dirty |= format.isDirty(word);
            }
        }
        return new UseOfRun(accessed, dirty);
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
        makeTables(table, level, address);
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
