package pagefold.testkit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import pagefold.model.Hex;
import pagefold.table.Geometry;
import pagefold.table.PageTableModel.BreakRules;

/**
 * The tables of one space as software of five generic levels has them, in a memory of its own: PGD, P4D, PUD, PMD and
 * PTE are all walked, always.
 *
 * <p>A folded level has one entry. Its offset is the pointer to its parent's entry, allocating, populating and freeing
 * it do nothing, and its parent counts as never empty; so it is the lowest of the levels that share an entry that has
 * the real test. Linux's include/asm-generic/pgtable-nop4d.h and the like.
 */
final class FoldedTables {
    private final List<Geometry.Level> levels;
    private final BreakRules rules;
    private final long root;
    private final Map<Long, Long> words = new HashMap<>();
    private final Map<Long, Integer> live = new HashMap<>();

    FoldedTables(List<Geometry.Level> levels, BreakRules rules, long root) {
        this.levels = levels;
        this.rules = rules;
        this.root = root;
    }

    /**
     * One generic level of a walk.
     *
     * @param generic the level's name
     * @param folded whether it has no table of its own
     * @param pointer where its entry is
     * @param word what is there
     */
    record Step(String generic, boolean folded, long pointer, long word) {}

    /** Walks from PGD down in any memory, until an entry is no table. */
    List<Step> walk(long address, LongUnaryOperator memory) {
        List<Step> steps = new ArrayList<>();
        long table = root;
        long pointer = root;
        for (int i = 0; i < levels.size(); i++) {
            Geometry.Level level = levels.get(i);
            pointer = level.folded() ? pointer : table + entry(level, address);
            // A level that is folded before the root has been reached has no entry but the one below it.
            long shown = level.folded() && isAboveRoot(i) ? pointerOfRoot(address) : pointer;
            long word = memory.applyAsLong(shown);
            steps.add(new Step(level.generic(), level.folded(), shown, word));
            if (!ownsEntry(i)) {
                continue;
            }
            if (!rules.isTable(word, level.level())) {
                return steps;
            }
            table = rules.tableAddress(word);
        }
        return steps;
    }

    /** Where in its table the entry for an address is. */
    private long entry(Geometry.Level level, long address) {
        return (address >>> level.shift() & level.entries() - 1) << rules.wordBits();
    }

    private boolean isAboveRoot(int i) {
        return levels.subList(0, i + 1).stream().allMatch(Geometry.Level::folded);
    }

    private long pointerOfRoot(long address) {
        Geometry.Level first =
                levels.stream().filter(level -> !level.folded()).findFirst().orElseThrow();
        return root + entry(first, address);
    }

    /** Whether a level is the lowest of those that share its entry. */
    private boolean ownsEntry(int i) {
        return i == levels.size() - 1
                || levels.get(i + 1).level() != levels.get(i).level();
    }

    /**
     * Sets a leaf, with the tables that it needs.
     *
     * @param link says where the table below an entry is to be, and with what attributes
     */
    void set(long address, int leafLevel, long word, Link link) {
        long table = root;
        long pointer = root;
        for (int i = 0; i < levels.size(); i++) {
            Geometry.Level level = levels.get(i);
            pointer = level.folded() ? pointer : table + entry(level, address);
            if (!ownsEntry(i)) {
                continue;
            }
            if (level.level() == leafLevel) {
                store(table, pointer, word);
                return;
            }
            if (load(pointer) == 0) {
                store(table, pointer, link.word(pointer, level.level()));
            }
            table = rules.tableAddress(load(pointer));
        }
        throw new AssertionError("no generic level has leaves of level " + leafLevel);
    }

    /** The word that points to the table below an entry. */
    @FunctionalInterface
    interface Link {
        long word(long entry, int level);
    }

    /** Clears a leaf, and gives back the tables that have nothing any more. */
    void clear(long address, int leafLevel) {
        clear(0, root, root, address, leafLevel);
    }

    private void clear(int i, long table, long above, long address, int leafLevel) {
        Geometry.Level level = levels.get(i);
        long pointer = level.folded() ? above : table + entry(level, address);
        if (!ownsEntry(i)) {
            clear(i + 1, table, pointer, address, leafLevel);
        } else if (level.level() == leafLevel) {
            store(table, pointer, 0);
        } else {
            long child = rules.tableAddress(load(pointer));
            clear(i + 1, child, pointer, address, leafLevel);
            if (live.getOrDefault(child, 0) == 0) {
                store(table, pointer, 0);
            }
        }
    }

    private void store(long table, long pointer, long word) {
        boolean was = load(pointer) != 0;
        if (word == 0) {
            words.remove(pointer);
        } else {
            words.put(pointer, word);
        }
        live.merge(table, (word != 0 ? 1 : 0) - (was ? 1 : 0), Integer::sum);
    }

    private long load(long pointer) {
        return words.getOrDefault(pointer, 0L);
    }

    long root() {
        return root;
    }

    /** The words that are not zero, by address. */
    Map<Long, Long> words() {
        return words;
    }

    @Override
    public String toString() {
        return words.size() + " words below " + Hex.address(root);
    }
}
