package pagefold.testkit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import pagefold.model.AddressRange;
import pagefold.model.Hex;
import pagefold.table.PageTableModel;
import pagefold.table.TableListener;
import pagefold.table.TableView;

/**
 * Writes down what a model says that it writes, in a memory of its own, and judges the order: break before make, and an
 * invalidation after every word that stops being valid.
 */
final class TableWitness implements TableListener {
    private final WordRules rules;
    private final Map<Long, Long> memory = new HashMap<>();
    private final List<Note> notes = new ArrayList<>();
    private final List<String> complaints = new ArrayList<>();
    /** The words that stopped being valid, by address. */
    private final Map<Long, Broken> broken = new HashMap<>();
    /** Those of them that no invalidation has covered yet, by space and first input address. */
    private final Map<String, NavigableMap<Long, List<Broken>>> waiting = new HashMap<>();
    /** Where the tables are, by address. */
    private final NavigableMap<Long, Place> tables = new TreeMap<>(Long::compareUnsigned);

    private sealed interface Note {}

    private record Wrote(long address, int level, long oldWord, long newWord) implements Note {
        @Override
        public String toString() {
            return "word " + Hex.address(address) + " of level " + level + ": " + Hex.address(oldWord) + " -> "
                    + Hex.address(newWord);
        }
    }

    private record Invalidated(String space, AddressRange range, boolean leafOnly) implements Note {}

    /** A table, or an entry of one, and the first input address that it translates. */
    private record Place(String space, int level, long start) {}

    /** A word that stopped being valid, and whether an invalidation since then has covered what it translated. */
    private static final class Broken {
        private final Wrote wrote;
        private boolean covered;

        Broken(Wrote wrote) {
            this.wrote = wrote;
        }
    }

    TableWitness(WordRules rules) {
        this.rules = rules;
    }

    @Override
    public void wrote(long address, int level, long oldWord, long newWord) {
        Wrote note = new Wrote(address, level, oldWord, newWord);
        long known = memory.getOrDefault(address, 0L);
        if (known != oldWord || oldWord == newWord) {
            complaints.add(note + ", but it was " + Hex.address(known));
        }
        if (newWord == 0) {
            memory.remove(address);
        } else {
            memory.put(address, newWord);
        }
        notes.add(note);
    }

    @Override
    public void invalidated(String space, long start, long last, boolean leafOnly) {
        notes.add(new Invalidated(space, new AddressRange(start, last), leafOnly));
    }

    @Override
    public void invalidatedAll(String space) {
        notes.add(new Invalidated(space, new AddressRange(0, -1), false));
    }

    /** The words that are not zero by what was told, against those of the model. */
    List<String> compare(PageTableModel model) {
        Map<Long, Long> rest = new HashMap<>(memory);
        List<String> different = new ArrayList<>();
        model.image((address, words, offset, length) -> {
            for (int i = 0; i < length; i++) {
                long word = words[offset + i];
                Long told = rest.remove(address + 8L * i);
                if (word != (told == null ? 0 : told)) {
                    different.add(Hex.address(address + 8L * i) + " holds " + Hex.address(word)
                            + ", but the listener was told " + (told == null ? "nothing" : Hex.address(told)));
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
            var table = tables.floorEntry(address);
            int level = table == null ? 0 : table.getValue().level;
            if (table != null && rules.isContiguous(word, level)) {
                long entry = address - table.getKey() >>> 3;
                int inRun = (int) entry & rules.runEntries(level) - 1;
                if (!isRun(address - 8L * inRun, level)) {
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
            long word = memory.getOrDefault(address + 8L * i, 0L);
            if (!rules.isContiguous(word, level) || !rules.continues(first, word, i, level)) {
                return false;
            }
        }
        return true;
    }

    /** Judges what was told since the last call; {@code after} are the tables that there are now. */
    List<String> judge(List<TableView> after) {
        for (Note note : notes) {
            switch (note) {
                case Wrote wrote -> judge(wrote);
                case Invalidated done -> invalidate(done);
            }
        }
        broken.values().forEach(old -> {
            if (!old.covered) {
                complaints.add(old.wrote + " is not followed by an invalidation that covers it");
            }
        });
        List<String> found = List.copyOf(complaints);
        notes.clear();
        complaints.clear();
        broken.clear();
        waiting.clear();
        tables.clear();
        after.forEach(table -> tables.put(table.address(), new Place(table.space(), table.level(), table.start())));
        return found;
    }

    private void judge(Wrote wrote) {
        boolean wasValid = rules.isValid(wrote.oldWord, wrote.level);
        boolean isValid = rules.isValid(wrote.newWord, wrote.level);
        if (wasValid && isValid && rules.needsBreak(wrote.oldWord, wrote.newWord, wrote.level)) {
            complaints.add(wrote + " changes a live word without a break");
        }
        Place place = place(wrote);
        if (wasValid && !isValid) {
            Broken old = new Broken(wrote);
            broken.put(wrote.address, old);
            if (place != null) {
                waiting.computeIfAbsent(place.space, space -> new TreeMap<>(Long::compareUnsigned))
                        .computeIfAbsent(place.start, start -> new ArrayList<>())
                        .add(old);
            }
        }
        Broken old = wasValid || !isValid ? null : broken.get(wrote.address);
        if (old != null && old.covered) {
            broken.remove(wrote.address);
        } else if (old != null
                && (old.wrote.level != wrote.level
                        || rules.needsBreak(old.wrote.oldWord, wrote.newWord, wrote.level))) {
            complaints.add(wrote + " follows " + old.wrote + " without an invalidation between");
        }
        if (place != null && isValid && rules.isTable(wrote.newWord, wrote.level)) {
            tables.put(rules.tableAddress(wrote.newWord), new Place(place.space, wrote.level + 1, place.start));
        }
    }

    private void invalidate(Invalidated done) {
        NavigableMap<Long, List<Broken>> inSpace = waiting.get(done.space);
        if (inSpace == null) {
            return;
        }
        var starts = inSpace.subMap(done.range.start(), true, done.range.last(), true)
                .entrySet()
                .iterator();
        while (starts.hasNext()) {
            var entry = starts.next();
            entry.getValue().removeIf(old -> {
                long last = entry.getKey() + (1L << rules.entryShift(old.wrote.level)) - 1;
                boolean wasTable = rules.isTable(old.wrote.oldWord, old.wrote.level);
                boolean covers = done.range.contains(last) && !(wasTable && done.leafOnly);
                old.covered |= covers;
                return covers;
            });
            if (entry.getValue().isEmpty()) {
                starts.remove();
            }
        }
    }

    /** Where the entry of a word is, or {@code null} when its table is not known. */
    private @Nullable Place place(Wrote wrote) {
        var found = tables.floorEntry(wrote.address);
        if (found == null || found.getValue().level != wrote.level) {
            return null;
        }
        long start = found.getValue().start + (wrote.address - found.getKey() >>> 3 << rules.entryShift(wrote.level));
        return new Place(found.getValue().space, wrote.level, start);
    }
}
