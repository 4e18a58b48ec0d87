package pagefold.table.order;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import pagefold.model.AddressRange;
import pagefold.model.Hex;
import pagefold.table.PageTableModel.BreakRules;
import pagefold.table.TableListener;
import pagefold.table.TableView;

/**
 * Judges the order of what a model says that it writes: break before make, and an invalidation after every word that
 * stops being valid (Arm ARM D8.16).
 *
 * <p>It must know the tables that are there before the first word. For one thread at a time.
 */
public final class BreakBeforeMake implements TableListener {
    /** Most words that may wait for an invalidation at one time; with more, nothing is judged any more. */
    public static final int MAX_WAITING = 1 << 20;

    private final BreakRules rules;
    private final Consumer<String> complaints;
    /** The words that stopped being valid and that no invalidation has covered yet, by address. */
    private final Map<Long, Wrote> broken = new HashMap<>();
    /** The same, by space and first input address. */
    private final Map<String, NavigableMap<Long, List<Wrote>>> waiting = new HashMap<>();
    /** Where the tables are, by address. */
    private final NavigableMap<Long, Place> tables = new TreeMap<>(Long::compareUnsigned);

    private boolean exceeded;

    private record Wrote(long address, int level, long oldWord, long newWord) {
        @Override
        public String toString() {
            return "word " + Hex.address(address) + " of level " + level + ": " + Hex.address(oldWord) + " -> "
                    + Hex.address(newWord);
        }
    }

    /** A table, or an entry of one, and the first input address that it translates. */
    private record Place(String space, int level, long start) {}

    /**
     * Judges words by rules.
     *
     * @param complaints gets a sentence part for every violation, in order
     */
    public BreakBeforeMake(BreakRules rules, Consumer<String> complaints) {
        this.rules = rules;
        this.complaints = complaints;
    }

    /** These tables, and no others, are there before the next word. */
    public void know(List<TableView> present) {
        tables.clear();
        present.forEach(table -> tables.put(table.address(), new Place(table.space(), table.level(), table.start())));
    }

    /** Whether more than {@link #MAX_WAITING} words waited, so that there is no verdict. */
    public boolean exceeded() {
        return exceeded;
    }

    @Override
    public void wrote(long address, int level, long oldWord, long newWord) {
        if (exceeded) {
            return;
        }
        Wrote wrote = new Wrote(address, level, oldWord, newWord);
        boolean wasValid = rules.isValid(oldWord, level);
        boolean isValid = rules.isValid(newWord, level);
        if (wasValid && isValid && rules.needsBreak(oldWord, newWord, level)) {
            complaints.accept(wrote + " changes a live word without a break");
        }
        Place place = place(wrote);
        if (wasValid && !isValid) {
            wait(wrote, place);
        }
        Wrote old = wasValid || !isValid ? null : broken.get(address);
        if (old != null && (old.level != level || rules.needsBreak(old.oldWord, newWord, level))) {
            complaints.accept(wrote + " follows " + old + " without an invalidation between");
        }
        if (place != null && isValid && rules.isTable(newWord, level)) {
            tables.put(rules.tableAddress(newWord), new Place(place.space, level + 1, place.start));
        }
    }

    private void wait(Wrote wrote, @Nullable Place place) {
        broken.put(wrote.address, wrote);
        if (place != null) {
            waiting.computeIfAbsent(place.space, space -> new TreeMap<>(Long::compareUnsigned))
                    .computeIfAbsent(place.start, start -> new ArrayList<>(1))
                    .add(wrote);
        }
        if (broken.size() > MAX_WAITING) {
            exceeded = true;
            broken.clear();
            waiting.clear();
        }
    }

    @Override
    public void invalidated(String space, long start, long last, boolean leafOnly) {
        invalidate(space, new AddressRange(start, last), leafOnly);
    }

    @Override
    public void invalidatedAll(String space) {
        invalidate(space, new AddressRange(0, -1), false);
    }

    private void invalidate(String space, AddressRange range, boolean leafOnly) {
        NavigableMap<Long, List<Wrote>> inSpace = waiting.get(space);
        if (inSpace == null) {
            return;
        }
        var starts = inSpace.subMap(range.start(), true, range.last(), true)
                .entrySet()
                .iterator();
        while (starts.hasNext()) {
            var entry = starts.next();
            entry.getValue().removeIf(old -> {
                long last = entry.getKey() + (1L << rules.entryShift(old.level)) - 1;
                boolean wasTable = rules.isTable(old.oldWord, old.level);
                boolean covers = range.contains(last) && !(wasTable && leafOnly);
                if (covers) {
                    broken.remove(old.address, old);
                }
                return covers;
            });
            if (entry.getValue().isEmpty()) {
                starts.remove();
            }
        }
    }

    /** Nothing follows: complains of every word that no invalidation covers, and forgets all words. */
    public void finish() {
        broken.values().forEach(old -> complaints.accept(old + " is not followed by an invalidation that covers it"));
        broken.clear();
        waiting.clear();
    }

    /** Where the entry of a word is, or {@code null} when its table is not known. */
    private @Nullable Place place(Wrote wrote) {
        var found = tables.floorEntry(wrote.address);
        if (found == null || found.getValue().level != wrote.level) {
            return null;
        }
        long start = found.getValue().start
                + (wrote.address - found.getKey() >>> rules.wordBits() << rules.entryShift(wrote.level));
        return new Place(found.getValue().space, wrote.level, start);
    }
}
