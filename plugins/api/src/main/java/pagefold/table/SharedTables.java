package pagefold.table;

import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import pagefold.model.StateSink;
import pagefold.model.StateSource;

/**
 * The tables of one space that are linked from several places: below each of them, every page leads to the same page.
 *
 * <p>For one leaf word there is one table of each level, whose entries all point to the one below. A table knows its
 * links and is freed with the last of them.
 */
final class SharedTables {
    /** Most entries of all tables that a simulation may have: there are no more links, nor leaf words. */
    private static final int MAX_SAVED = 1 << 27;

    private final TableEditor editor;
    private final TableMemory memory;
    private final Geometry geometry;
    private final TableFormat format;
    private final TranslationRegime.@Nullable SharedLinks links;
    private final Map<Long, Shared> byAddress = new TreeMap<>();
    private final Map<Long, Shared[]> byLeaf = new HashMap<>();

    /** One table, with the input addresses of the entries that point to it, but for those of a shared one above. */
    private record Shared(
            long address,
            int level,
            long leaf,
            NavigableSet<Long> from,
            @Nullable Shared below,
            boolean[] isInner) {
        boolean isLinked() {
            return !from.isEmpty() || isInner[0];
        }
    }

    SharedTables(TableEditor editor, TableMemory memory, TranslationRegime regime) {
        this.editor = editor;
        this.memory = memory;
        this.geometry = regime.geometry();
        this.format = regime.format();
        this.links = regime.sharedLinks();
    }

    /** Knows from now on what another space's copy of the same tables knows. */
    void copyFrom(SharedTables other) {
        other.byLeaf.forEach((leaf, levels) -> {
            Shared[] own = new Shared[levels.length];
            for (int level = geometry.lastLevel(); level >= geometry.startLevel(); level--) {
                Shared shared = levels[slot(level)];
                if (shared != null) {
                    Shared below = level == geometry.lastLevel() ? null : own[slot(level + 1)];
                    NavigableSet<Long> from = new TreeSet<>(Long::compareUnsigned);
                    from.addAll(shared.from);
                    own[slot(level)] = new Shared(shared.address, level, leaf, from, below, shared.isInner.clone());
                    byAddress.put(shared.address, own[slot(level)]);
                }
            }
            byLeaf.put(leaf, own);
        });
    }

    /** Writes down what is shared, leaf words in ascending order, from the last level up. */
    void save(StateSink sink) {
        sink.number(byLeaf.size());
        new TreeMap<>(byLeaf).forEach((leaf, levels) -> {
            sink.number(leaf);
            for (int level = geometry.lastLevel(); level >= geometry.startLevel(); level--) {
                Shared shared = levels[slot(level)];
                sink.number(shared == null ? 0 : 1);
                if (shared != null) {
                    sink.number(shared.address);
                    sink.number(shared.isInner[0] ? 1 : 0);
                    sink.number(shared.from.size());
                    shared.from.forEach(sink::number);
                }
            }
        });
    }

    /** Knows from now on what was written down; nothing is shared yet. */
    void restore(StateSource source) {
        for (int left = source.count(MAX_SAVED); left > 0; left--) {
            long leaf = source.number();
            Shared[] levels = new Shared[slot(geometry.lastLevel()) + 1];
            for (int level = geometry.lastLevel(); level >= geometry.startLevel(); level--) {
                if (source.count(1) == 1) {
                    Shared below = level == geometry.lastLevel() ? null : levels[slot(level + 1)];
                    long address = source.number();
                    boolean[] isInner = {source.count(1) == 1};
                    NavigableSet<Long> from = new TreeSet<>(Long::compareUnsigned);
                    for (int links = source.count(MAX_SAVED); links > 0; links--) {
                        from.add(source.number());
                    }
                    levels[slot(level)] = new Shared(address, level, leaf, from, below, isInner);
                    byAddress.put(address, levels[slot(level)]);
                }
            }
            byLeaf.put(leaf, levels);
        }
    }

    private int slot(int level) {
        return level - geometry.startLevel();
    }

    boolean isEmpty() {
        return byAddress.isEmpty();
    }

    /** Whether the table at an address is shared. */
    boolean has(long table) {
        return !byAddress.isEmpty() && byAddress.containsKey(table);
    }

    /** The word of every page below a shared table; 0 for any other table. */
    long leafOf(long table) {
        Shared shared = byAddress.get(table);
        return shared == null ? 0 : shared.leaf;
    }

    /** Leads every page of a range to one page: whole entries to shared tables, what is left by tables of its own. */
    void map(long table, int level, long start, long last, long leaf, EmptyTables empty) {
        long size = 1L << geometry.shift(level);
        for (long at = start; ; at = (at | size - 1) + 1) {
            long end = Long.compareUnsigned(at | size - 1, last) <= 0 ? at | size - 1 : last;
            boolean whole = (at & size - 1) == 0 && end == (at | size - 1);
            if (level == geometry.lastLevel()) {
                editor.store(table, level, at, leaf);
            } else if (whole && isFree(table, level, at, empty)) {
                link(table, level, at, shared(leaf, level + 1));
            } else {
                map(editor.childFor(table, level, at), level + 1, at, end, leaf, empty);
            }
            if (end == last) {
                return;
            }
        }
    }

    private boolean isFree(long table, int level, long at, EmptyTables empty) {
        empty.drop(table, level, at);
        return editor.word(table, level, at) == 0;
    }

    private void link(long table, int level, long at, Shared shared) {
        editor.store(table, level, at, format.tableWord(shared.address, level));
        shared.from.add(at);
    }

    /** The shared table of a level, made if need be with those below it. */
    private Shared shared(long leaf, int level) {
        Shared[] levels = byLeaf.computeIfAbsent(leaf, word -> new Shared[slot(geometry.lastLevel()) + 1]);
        Shared known = levels[slot(level)];
        if (known != null) {
            return known;
        }
        Shared below = level == geometry.lastLevel() ? null : shared(leaf, level + 1);
        Shared made =
                new Shared(memory.allocate(), level, leaf, new TreeSet<>(Long::compareUnsigned), below, new boolean[1]);
        levels[slot(level)] = made;
        byAddress.put(made.address, made);
        for (int i = 0; i < geometry.entries(level); i++) {
            editor.store(made.address, level, (long) i << geometry.shift(level), word(made, i));
        }
        if (below != null) {
            below.isInner[0] = true;
        }
        return made;
    }

    /** Linux fills its shared tables early, with plain links, and writes the first again when it links them. */
    private long word(Shared shared, int index) {
        if (shared.below == null || links == null) {
            return shared.leaf;
        }
        return index == 0 ? format.tableWord(shared.below.address, shared.level) : links.link(shared.below.address);
    }

    /** Clears the link of a whole entry. */
    void unlink(long table, int level, long at) {
        long size = 1L << geometry.shift(level);
        Shared shared = byAddress.get(format.tableAddress(editor.word(table, level, at)));
        editor.store(table, level, at, 0);
        editor.invalidate(at & -size, at | size - 1, false);
        forget(shared, at);
    }

    /** Says that the entry of an address no longer points to a shared table. */
    void forget(long table, long at) {
        forget(byAddress.get(table), at);
    }

    private void forget(@Nullable Shared shared, long at) {
        if (shared != null) {
            shared.from.remove(at & -(1L << geometry.shift(shared.level - 1)));
            freeUnlinked(shared);
        }
    }

    private void freeUnlinked(Shared shared) {
        if (shared.isLinked()) {
            return;
        }
        for (int i = 0; editor.isHeard() && i < geometry.entries(shared.level); i++) {
            long at = (long) i << geometry.shift(shared.level);
            editor.words().reportGone(shared.address, shared.level, at, word(shared, i));
        }
        memory.free(shared.address, 1);
        byAddress.remove(shared.address);
        Shared[] levels = byLeaf.get(shared.leaf);
        if (levels != null) {
            levels[slot(shared.level)] = null;
        }
        // It may be cached wherever it was linked.
        editor.invalidateAll();
        if (shared.below == null) {
            byLeaf.remove(shared.leaf);
        } else {
            shared.below.isInner[0] = false;
            freeUnlinked(shared.below);
        }
    }

    /** Gives the entry of an address a table of its own instead of a shared one; both translate the same. */
    void unshare(long table, int level, long address) {
        long size = 1L << geometry.shift(level);
        long first = address & -size;
        Shared shared = byAddress.get(format.tableAddress(editor.word(table, level, address)));
        if (shared == null) {
            return;
        }
        long own = memory.allocate();
        int below = level + 1;
        for (int i = 0; i < geometry.entries(below); i++) {
            long at = first + ((long) i << geometry.shift(below));
            if (shared.below == null) {
                editor.store(own, below, at, shared.leaf);
            } else {
                link(own, below, at, shared.below);
            }
        }
        if (editor.isHeard()) {
            editor.store(table, level, address, 0);
            editor.invalidate(first, first + (size - 1), false);
        }
        editor.store(table, level, address, format.tableWord(own, level));
        forget(shared, first);
    }

    /** Shows every shared table with the first input address that it translates. */
    void visit(PageTable.TableVisitor visitor) {
        for (Shared[] levels : byLeaf.values()) {
            long start = 0;
            for (Shared shared : levels) {
                if (shared != null) {
                    start = shared.from.isEmpty() ? start : shared.from.first();
                    visitor.table(shared.address, shared.level, start);
                }
            }
        }
    }
}
