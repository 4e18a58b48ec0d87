package pagefold.testkit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import pagefold.model.Hex;
import pagefold.table.PageTableModel;
import pagefold.table.TableListener;
import pagefold.table.TableView;
import pagefold.table.order.BreakBeforeMake;

/**
 * Writes down what a model says that it writes, in a memory of its own, and has the order judged: break before make,
 * and an invalidation after every word that stops being valid.
 */
final class TableWitness implements TableListener {
    private final WordRules rules;
    private final Map<Long, Long> memory = new HashMap<>();
    /** Where words were told of that software keeps for itself. */
    private final Set<Long> software = new HashSet<>();

    private final List<String> complaints = new ArrayList<>();
    private final BreakBeforeMake order;
    /** The levels of the tables, by address. */
    private final NavigableMap<Long, Integer> levels = new TreeMap<>(Long::compareUnsigned);

    TableWitness(WordRules rules) {
        this.rules = rules;
        this.order = new BreakBeforeMake(rules, complaints::add);
    }

    @Override
    public void wrote(long address, int level, long oldWord, long newWord) {
        long known = memory.getOrDefault(address, 0L);
        if (known != oldWord || oldWord == newWord) {
            complaints.add("word " + Hex.address(address) + " of level " + level + ": " + Hex.address(oldWord) + " -> "
                    + Hex.address(newWord) + ", but it was " + Hex.address(known));
        }
        if (level == SOFTWARE_LEVEL) {
            software.add(address);
        }
        if (newWord == 0) {
            memory.remove(address);
        } else {
            memory.put(address, newWord);
        }
        order.wrote(address, level, oldWord, newWord);
    }

    @Override
    public void invalidated(String space, long start, long last, boolean leafOnly) {
        order.invalidated(space, start, last, leafOnly);
    }

    @Override
    public void invalidatedAll(String space) {
        order.invalidatedAll(space);
    }

    /** The words that are not zero by what was told, by address. */
    Map<Long, Long> words() {
        return memory;
    }

    /** The word at an address by what was told. */
    long word(long address) {
        return memory.getOrDefault(address, 0L);
    }

    /** The words that are not zero by what was told, against those of the model. */
    List<String> compare(PageTableModel model) {
        Map<Long, Long> rest = new HashMap<>(memory);
        List<String> different = new ArrayList<>();
        model.image((address, words, offset, length) -> {
            int wordBits = rules.wordBits();
            int perLong = Long.BYTES >> wordBits;
            for (int i = 0; i < length * perLong; i++) {
                long at = address + ((long) i << wordBits);
                int bits = Byte.SIZE << wordBits;
                long word = words[offset + i / perLong] >>> i % perLong * bits & -1L >>> Long.SIZE - bits;
                Long told = rest.remove(at);
                if (word != (told == null ? 0 : told)) {
                    different.add(Hex.address(at) + " holds " + Hex.address(word) + ", but the listener was told "
                            + (told == null ? "nothing" : Hex.address(told)));
                }
            }
        });
        rest.forEach((address, word) -> different.add(
                Hex.address(address) + " is in no table, but the listener was told " + Hex.address(word)));
        return different;
    }

    /** The contiguous marks by what was told: all entries of a run must be marked, and follow the first one. */
    List<String> brokenRuns() {
        List<String> found = new ArrayList<>();
        memory.forEach((address, word) -> {
            var table = levels.floorEntry(address);
            int level = table == null ? 0 : table.getValue();
            boolean isHardware = table != null && !software.contains(address);
            if (table != null && isHardware && rules.isContiguous(word, level)) {
                long entry = address - table.getKey() >>> rules.wordBits();
                int inRun = (int) entry & rules.runEntries(level) - 1;
                if (!isRun(address - ((long) inRun << rules.wordBits()), level)) {
                    found.add("word " + Hex.address(address) + " of level " + level + " is marked: " + Hex.address(word)
                            + ", but its run is not whole");
                }
            }
        });
        return found;
    }

    private boolean isRun(long address, int level) {
        long first = memory.getOrDefault(address, 0L);
        for (int i = 0; i < rules.runEntries(level); i++) {
            long word = memory.getOrDefault(address + ((long) i << rules.wordBits()), 0L);
            if (!rules.isContiguous(word, level) || !rules.continues(first, word, i, level)) {
                return false;
            }
        }
        return true;
    }

    /** What was wrong since the last call; {@code after} are the tables that there are now. */
    List<String> judge(List<TableView> after) {
        order.finish();
        if (order.exceeded()) {
            complaints.add("more than " + BreakBeforeMake.MAX_WAITING + " words wait for an invalidation");
        }
        order.know(after);
        levels.clear();
        after.forEach(table -> levels.put(table.address(), table.level()));
        List<String> found = List.copyOf(complaints);
        complaints.clear();
        return found;
    }
}
