package pagefold.server.compare;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import pagefold.model.AddressSpace;
import pagefold.server.replay.Projection;
import pagefold.table.PageTableModel;
import pagefold.table.TableView;

/**
 * What became of the tables from one position to a later one.
 *
 * @param made tables that are there only later
 * @param gone tables that were there only before
 * @param count words that differ; those of a table that is not there count as zero
 * @param words the first of them, by space, in the order of the later tables, then of those that are gone
 */
public record TableChanges(long made, long gone, long count, List<Word> words) {
    /** log2 of the bytes of a word where the plugin does not say. */
    private static final int WORD_BITS = 3;

    /**
     * A word that differs.
     *
     * @param space whose table it is in
     * @param address of the word
     * @param level the hardware level of the table
     * @param oldWord at the earlier position
     * @param newWord at the later position
     */
    public record Word(String space, long address, int level, long oldWord, long newWord) {}

    static TableChanges of(Changes.Between between) {
        Finder finder = new Finder();
        Set<String> names = new TreeSet<>();
        for (Projection each : List.of(between.before(), between.after())) {
            each.simulation().spaces().stream().map(AddressSpace::name).forEach(names::add);
        }
        String only = between.space();
        for (String name : names) {
            if (only == null || only.equals(name)) {
                finder.wordBits = wordBits(between, name);
                finder.compare(tables(between.before(), name), tables(between.after(), name));
            }
        }
        return new TableChanges(finder.made, finder.gone, finder.count, List.copyOf(finder.words));
    }

    private static List<TableView> tables(Projection projection, String space) {
        return projection.simulation().space(space) == null
                ? List.of()
                : projection.inPlugin(
                        "showing its tables", () -> projection.model().tablesWithWords(space));
    }

    private static int wordBits(Changes.Between between, String space) {
        boolean isThere = between.after().simulation().space(space) != null;
        Projection there = isThere ? between.after() : between.before();
        PageTableModel.@Nullable BreakRules rules =
                there.inPlugin("saying its rules", () -> there.model().breakRules(space));
        return rules == null ? WORD_BITS : rules.wordBits();
    }

    private static final class Finder {
        private final List<Word> words = new ArrayList<>();
        private int wordBits;
        private long made;
        private long gone;
        private long count;

        void compare(List<TableView> before, List<TableView> after) {
            Map<Long, TableView> rest = new HashMap<>();
            before.forEach(table -> rest.put(table.address(), table));
            for (TableView table : after) {
                TableView earlier = rest.get(table.address());
                if (earlier != null && isSame(earlier, table)) {
                    rest.remove(table.address());
                    compare(table, earlier.words(), table.words());
                } else {
                    made++;
                    compare(table, null, table.words());
                }
            }
            for (TableView table : before) {
                if (rest.containsKey(table.address())) {
                    gone++;
                    compare(table, table.words(), null);
                }
            }
        }

        /** Whether a page holds the table that it held before, and not another one. */
        private static boolean isSame(TableView before, TableView after) {
            return before.level() == after.level()
                    && before.start() == after.start()
                    && before.words().length == after.words().length;
        }

        private void compare(TableView table, long @Nullable [] before, long @Nullable [] after) {
            int length = table.words().length;
            for (int i = 0; i < length; i++) {
                long oldWord = before == null ? 0 : before[i];
                long newWord = after == null ? 0 : after[i];
                if (oldWord != newWord) {
                    count++;
                    if (words.size() < Differences.MAX_LISTED) {
                        words.add(new Word(
                                table.space(),
                                table.address() + ((long) i << wordBits),
                                table.level(),
                                oldWord,
                                newWord));
                    }
                }
            }
        }
    }
}
