package pagefold.table;

import org.jspecify.annotations.Nullable;

/**
 * The tables of one space: map, unmap, update and visit over any format, by one recursive walk each.
 *
 * <p>Ranges are inclusive and lie within the input range; the top of the 64-bit space is a range's last address like
 * any other.
 */
public final class PageTable {
    private final TableMemory memory;
    private final Geometry geometry;
    private final TableFormat format;
    private final TableEditor editor;
    private final EmptyTables emptyTables;
    private final KernelEntries entries;
    private final long lowest;
    private final long highest;
    private final int startLevel;
    private final int lastLevel;
    private final int prefixShift;
    private final long root;
    /** The last-level table that a mapping used last, so that the next page need not walk; -1 when there is none. */
    private long recentTable = -1;

    private long recentPrefix;

    /** Changes a leaf word; gives the same word back where nothing changes. */
    @FunctionalInterface
    public interface LeafUpdate {
        /** The new word for a word at a level, which translates from {@code address} on. */
        long apply(long word, int level, long address);
    }

    /** Sees a word that is neither zero nor a table, or one that points to a shared table. */
    @FunctionalInterface
    public interface LeafVisitor {
        void leaf(long word, int level, long address);
    }

    /** Sees a table before what is below it. */
    @FunctionalInterface
    public interface TableVisitor {
        void table(long table, int level, long address);
    }

    /**
     * An empty start table.
     *
     * @param space name for messages
     */
    public PageTable(String space, TableMemory memory, TranslationRegime regime) {
        this(
                new TableEditor(space, memory, regime),
                memory,
                regime,
                memory.allocate(regime.geometry().rootPages()));
    }

    /** The tables below a start table that is there already. */
    PageTable(TableEditor editor, TableMemory memory, TranslationRegime regime, long root) {
        this.memory = memory;
        this.geometry = regime.geometry();
        this.format = regime.format();
        this.editor = editor;
        this.emptyTables = new EmptyTables(this, regime);
        this.entries = new KernelEntries(this, memory, regime);
        // The input range may begin inside the start table, as a kernel's upper quarter of 32 bits does.
        this.lowest = regime.inputRange().start() & -(1L << geometry.inputBits());
        // What is above belongs to the kernel that a process carries.
        this.highest = regime.inputRange().last();
        this.startLevel = geometry.startLevel();
        this.lastLevel = geometry.lastLevel();
        this.prefixShift = geometry.shift(geometry.lastLevel() - 1);
        this.root = root;
    }

    /** Physical address of the start table. */
    public long root() {
        return root;
    }

    /** Who is told of the changes from now on. */
    public void listen(@Nullable TableListener listener) {
        editor.listen(listener);
    }

    /**
     * Maps a range in which no word is set.
     *
     * @param start first address, a multiple of the granule
     * @param last last address, just below one
     * @param output where {@code start} leads, a multiple of the granule
     * @param bits leaf bits
     * @param blocks whether leaves above the last level may be used
     * @param contiguous whether contiguous runs may be marked
     */
    public void map(long start, long last, long output, long bits, boolean blocks, boolean contiguous) {
        map(start, last, output, Leaves.hinted(geometry, bits, blocks, contiguous));
    }

    /** The same with leaves of which everything is known. */
    void map(long start, long last, long output, Leaves leaves) {
        long prefix = start >>> prefixShift;
        if (recentTable != -1 && prefix == recentPrefix && last >>> prefixShift == prefix) {
            fill(recentTable, lastLevel, start, last, output, leaves);
            return;
        }
        map(root, startLevel, start, last, output, leaves);
    }

    /** Leads every page of a range in which no word is set to one page. */
    void mapShared(long start, long last, long output, long bits) {
        long leaf = format.leafWord(output, lastLevel, bits);
        editor.shared().map(root, startLevel, start, last, leaf, emptyTables);
    }

    private void map(long table, int level, long start, long last, long output, Leaves leaves) {
        if (level == lastLevel) {
            fill(table, level, start, last, output, leaves);
            recentTable = table;
            recentPrefix = last >>> prefixShift;
            return;
        }
        long size = 1L << geometry.shift(level);
        boolean fits = level >= leaves.topLevel() && format.leafAllowed(level) && ((start ^ output) & size - 1) == 0;
        long at = start;
        while (true) {
            long to = output + (at - start);
            long end = fits && (at & size - 1) == 0 ? wholeEntries(table, level, at, last) : at - 1;
            if (end == at - 1 && fits && (at & size - 1) == 0 && Long.compareUnsigned(last - at, size - 1) >= 0) {
                emptyTables.drop(table, level, at);
                end = wholeEntries(table, level, at, last);
            }
            if (end != at - 1) {
                fill(table, level, at, end, to, leaves);
            } else {
                end = lower(at | size - 1, last);
                map(editor.childFor(table, level, at), level + 1, at, end, to, leaves);
            }
            if (end == last) {
                return;
            }
            at = end + 1;
        }
    }

    /**
     * The last address of the run of empty entries from {@code at} on that lie whole within the range. Of a group, whose
     * tables share a page, none counts whose others are in the range only in part.
     */
    private long wholeEntries(long table, int level, long at, long last) {
        long size = 1L << geometry.shift(level);
        long end = at - 1;
        while (end != last && Long.compareUnsigned(last - end, size) >= 0 && editor.word(table, level, end + 1) == 0) {
            end += size;
        }
        long rest = end + 1 & size * geometry.group() - 1;
        return end == last || rest == 0 ? end : Math.max(at - 1, end - rest);
    }

    /** Writes neighbouring leaves of one table, all of them empty before. */
    private void fill(long table, int level, long start, long last, long output, Leaves leaves) {
        int shift = geometry.shift(level);
        int run = leaves.contiguous() ? format.contiguousEntries(level) : 1;
        boolean congruent = run > 1 && ((start ^ output) & ((long) run << shift) - 1) == 0;
        int index = geometry.index(start, level);
        int count = (int) (last - start >>> shift) + 1;
        long at = start;
        while (count > 0) {
            int inRun = run - (index & run - 1);
            boolean whole = congruent && inRun == run && count >= run;
            int n = whole ? count & -run : congruent ? Math.min(count, inRun) : count;
            long to = output + (at - start);
            n = (int) Math.min(n, format.linearBytes(to) >>> shift);
            long first = format.leafWord(to, level, leaves.bits());
            editor.words().fill(table, level, n, at, whole ? format.withContiguous(first, true) : first);
            index += n;
            count -= n;
            at += (long) n << shift;
        }
    }

    /** Removes everything in a range; blocks and contiguous runs that cross its ends are split first. */
    public void unmap(long start, long last) {
        unmap(start, last, false);
    }

    /** The same, with or without the tables; those of a space that is carried stay. */
    void unmap(long start, long last, boolean keepTables) {
        unmap(root, startLevel, start, last, keepTables || entries.isCarried());
        // A block may take the place of a table that is empty now.
        recentTable = -1;
    }

    private void unmap(long table, int level, long start, long last, boolean keep) {
        editor.openEnds(table, level, start, last);
        if (level == lastLevel) {
            if (editor.words().clear(table, level, start, last)) {
                editor.invalidate(start, last, true);
            }
            return;
        }
        long size = 1L << geometry.shift(level);
        long at = start;
        while (true) {
            long end = lower(at | size - 1, last);
            long word = editor.word(table, level, at);
            if (word != 0) {
                unmapEntry(table, level, at, end, keep);
            }
            if (end == last) {
                return;
            }
            at = end + 1;
        }
    }

    private void unmapEntry(long table, int level, long at, long end, boolean keep) {
        long word = editor.word(table, level, at);
        long size = 1L << geometry.shift(level);
        boolean whole = (at & size - 1) == 0 && end == (at | size - 1);
        if (!format.isTable(word, level)) {
            if (whole) {
                editor.store(table, level, at, 0);
                editor.invalidate(at, end, true);
                return;
            }
            editor.split(table, level, at);
        }
        if (editor.shared().has(format.tableAddress(editor.word(table, level, at)))) {
            if (whole) {
                editor.shared().unlink(table, level, at);
                return;
            }
            editor.shared().unshare(table, level, at);
        }
        long child = format.tableAddress(editor.word(table, level, at));
        if (whole && !keep) {
            release(child, level + 1, at);
        } else {
            unmap(child, level + 1, at, end, keep);
            if (keep || editor.words().live(child) != 0) {
                return;
            }
        }
        if (editor.unlink(table, level, at, child)) {
            free(child, at);
        }
    }

    /** Gives a table back, to which nothing points any more at an address, unless copies of entries do. */
    void free(long child, long at) {
        recentTable = -1;
        long page = child & -geometry.granule();
        if (!entries.keeps(page, at)) {
            memory.free(page, 1);
        }
    }

    /** Frees the tables below one that goes; its own words are reported, and gone when it is freed. */
    void release(long table, int level, long address) {
        if (level == lastLevel && !editor.isHeard()) {
            return;
        }
        long size = 1L << geometry.shift(level);
        long at = address;
        for (int left = geometry.entries(level); left > 0; left--) {
            long word = editor.word(table, level, at);
            if (word != 0) {
                if (format.isTable(word, level) && editor.shared().has(format.tableAddress(word))) {
                    editor.shared().forget(format.tableAddress(word), at);
                } else if (format.isTable(word, level)) {
                    release(format.tableAddress(word), level + 1, at);
                    if (left % geometry.group() == 1 % geometry.group()) {
                        free(format.tableAddress(word), at);
                    }
                }
                editor.words().reportGone(table, level, at, word);
            }
            at += size;
        }
    }

    /**
     * Changes the leaf words of a range.
     *
     * @param exact whether leaves and runs that cross the ends are split first; otherwise they are changed as a whole
     */
    public void update(long start, long last, boolean exact, LeafUpdate update) {
        update(root, startLevel, start, last, exact, update);
    }

    private void update(long table, int level, long start, long last, boolean exact, LeafUpdate update) {
        long size = 1L << geometry.shift(level);
        if (exact) {
            editor.openEnds(table, level, start, last);
        }
        long at = start;
        while (true) {
            long end = lower(at | size - 1, last);
            long word = editor.word(table, level, at);
            if (word != 0) {
                boolean whole = (at & size - 1) == 0 && end == (at | size - 1);
                if (exact && !whole && !format.isTable(word, level)) {
                    editor.split(table, level, at);
                    word = editor.word(table, level, at);
                }
                if (format.isTable(word, level)) {
                    update(format.tableAddress(word), level + 1, at, end, exact, update);
                } else {
                    editor.change(table, level, at & -size, word, update);
                }
            }
            if (end == last) {
                return;
            }
            at = end + 1;
        }
    }

    /** Places one leaf word where nothing is, with the tables that it needs. */
    void place(long address, int level, long word) {
        long table = root;
        for (int at = startLevel; at < level; at++) {
            table = editor.childFor(table, at, address);
        }
        if (level < lastLevel && format.isTable(editor.word(table, level, address), level)) {
            placeBelow(format.tableAddress(editor.word(table, level, address)), level, address, word);
        } else {
            editor.store(table, level, address, word);
        }
    }

    /** Places a block where there is an empty table already, since another one in its page has words. */
    private void placeBelow(long child, int level, long address, long word) {
        int below = level + 1;
        long output = format.outputAddress(word, level);
        for (long step = 0; step != 1L << geometry.shift(level); step += 1L << geometry.shift(below)) {
            editor.store(child, below, address + step, format.relocated(word, level, below, output + step));
        }
    }

    /** Visits, in address order, every leaf word that overlaps a range. */
    public void visit(long start, long last, LeafVisitor visitor) {
        visit(root, startLevel, start, last, visitor, (table, level, address) -> {});
    }

    /** Visits every table and every leaf word. */
    public void visit(TableVisitor tables, LeafVisitor leaves) {
        visit(root, startLevel, lowest, highest, leaves, tables);
        editor.shared().visit(tables);
    }

    private void visit(long table, int level, long start, long last, LeafVisitor leaves, TableVisitor tables) {
        tables.table(table, level, start);
        if (editor.words().live(table) == 0) {
            return;
        }
        long size = 1L << geometry.shift(level);
        long at = start;
        while (true) {
            long end = lower(at | size - 1, last);
            long word = editor.word(table, level, at);
            if (word != 0) {
                if (format.isTable(word, level) && !editor.shared().has(format.tableAddress(word))) {
                    visit(format.tableAddress(word), level + 1, at, end, leaves, tables);
                } else {
                    leaves.leaf(word, level, at & -size);
                }
            }
            if (end == last) {
                return;
            }
            at = end + 1;
        }
    }

    /** Removes everything, the root with it. */
    void destroy() {
        entries.leave();
        release(root, startLevel, lowest);
        memory.free(root, geometry.rootPages());
        editor.invalidateAll();
    }

    /** Who carries copies of the start table's words. */
    KernelEntries entries() {
        return entries;
    }

    /** For folding: edits under the same rules. */
    TableEditor editor() {
        return editor;
    }

    private static long lower(long a, long b) {
        return Long.compareUnsigned(a, b) <= 0 ? a : b;
    }
}
