package pagefold.testkit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import pagefold.model.AddressSpace;
import pagefold.model.Hex;
import pagefold.table.Geometry;
import pagefold.table.PageTableModel;
import pagefold.table.TableView;
import pagefold.table.Walk;

/**
 * The law of folding: software that walks all five generic levels, folded or not, and hardware, which has only those
 * with tables, come to the same bytes and the same answers.
 *
 * <p>The hardware's side is the model: its words, as the witness has them, are read by hardware levels. The software's side is {@link FoldedTables},
 * which sees the leaves that come and go, and makes, links and frees tables by the declared levels alone. Only where a
 * table lies is taken from the model, since the order of allocation is no part of the law.
 */
final class FoldLaw {
    private final PageTableModel model;
    private final WordRules rules;
    private final Map<String, Mirror> mirrors = new TreeMap<>();
    private final Map<String, Long> roots = new TreeMap<>();
    private final TableWitness witness;

    /**
     * The law for a model.
     *
     * @param witness has been told of every word of the model
     */
    FoldLaw(PageTableModel model, WordRules rules, TableWitness witness) {
        this.model = model;
        this.rules = rules;
        this.witness = witness;
    }

    /**
     * A leaf by hardware levels.
     *
     * @param tables the addresses of the tables on the way to it
     */
    private record Leaf(long address, int level, long word, List<Long> tables) {}

    /** One space in both forms. */
    private static final class Mirror {
        private final FoldedTables tables;
        private Set<Leaf> leaves = Set.of();

        Mirror(FoldedTables tables) {
            this.tables = tables;
        }
    }

    /** Says, after each event, which tables there are; a space's first one is its start table. */
    void are(Iterable<TableView> tables) {
        roots.clear();
        tables.forEach(table -> roots.putIfAbsent(table.space(), table.address()));
    }

    /** Compares the bytes of all spaces; says what is different. */
    List<String> compare(Iterable<AddressSpace> spaces) {
        Set<String> names = new HashSet<>();
        Map<Long, Long> expected = HashMap.newHashMap(witness.words().size());
        for (AddressSpace space : spaces) {
            if (model.levels(space.name()).isEmpty() || rules.pairsTables()) {
                return List.of();
            }
            names.add(space.name());
            expected.putAll(follow(space.name(), expected).words());
        }
        mirrors.keySet().retainAll(names);
        return different(expected);
    }

    private List<String> different(Map<Long, Long> expected) {
        List<String> found = new ArrayList<>();
        expected.forEach((address, generic) -> different(found, address, generic));
        witness.words().keySet().forEach(address -> {
            if (!expected.containsKey(address)) {
                different(found, address, 0);
            }
        });
        return found;
    }

    private void different(List<String> found, long address, long generic) {
        long word = witness.word(address);
        if (word != generic) {
            found.add(Hex.address(address) + " holds " + Hex.address(word) + ", but by five generic levels "
                    + Hex.address(generic));
        }
    }

    /** Brings the tables of five levels up to date by the leaves that went and came. */
    private FoldedTables follow(String space, Map<Long, Long> expected) {
        TableView root = model.tables(space).getFirst();
        Mirror mirror = mirrors.get(space);
        if (mirror == null || mirror.tables.root() != root.address()) {
            mirror = new Mirror(new FoldedTables(model.levels(space), rules, root.address()));
            mirrors.put(space, mirror);
        }
        Set<Leaf> now = new HashSet<>();
        int entries = (int) (root.last() - root.start() >>> rules.entryShift(root.level())) + 1;
        Table start = new Table(root.address(), root.level(), root.start(), entries);
        Map<Long, Integer> links = new HashMap<>();
        count(start, links, expected);
        collect(start, List.of(), now, links);
        for (Leaf gone : mirror.leaves) {
            if (!now.contains(gone)) {
                mirror.tables.clear(gone.address, gone.level);
            }
        }
        for (Leaf leaf : now) {
            if (!mirror.leaves.contains(leaf)) {
                mirror.tables.set(leaf.address, leaf.level, leaf.word, (entry, level) -> witness.word(entry));
            }
        }
        mirror.leaves = now;
        return mirror.tables;
    }

    private record Table(long address, int level, long start, int entries) {}

    /** How often each table is linked; the words of those that are linked more than once are no part of the law. */
    private void count(Table table, Map<Long, Integer> links, Map<Long, Long> shared) {
        for (int i = 0; i < table.entries; i++) {
            long word = witness.word(table.address + 8L * i);
            if (rules.isTable(word, table.level)) {
                Table child = child(table, i, word);
                int count = links.merge(child.address, 1, Integer::sum);
                if (count == 1) {
                    count(child, links, shared);
                } else if (count == 2) {
                    for (int entry = 0; entry < child.entries; entry++) {
                        shared.put(child.address + 8L * entry, witness.word(child.address + 8L * entry));
                    }
                }
            }
        }
    }

    private Table child(Table table, int index, long word) {
        int shift = rules.entryShift(table.level);
        int entries = 1 << shift - rules.entryShift(table.level + 1);
        return new Table(rules.tableAddress(word), table.level + 1, table.start + ((long) index << shift), entries);
    }

    /** Links to tables that are empty, or linked from elsewhere too, stand where they are as leaves do. */
    private void collect(Table table, List<Long> above, Set<Leaf> leaves, Map<Long, Integer> links) {
        List<Long> tables = new ArrayList<>(above);
        tables.add(table.address);
        for (int i = 0; i < table.entries; i++) {
            long word = witness.word(table.address + 8L * i);
            Table child = rules.isTable(word, table.level) ? child(table, i, word) : null;
            if (child != null && links.getOrDefault(child.address, 0) == 1 && !isEmpty(child)) {
                collect(child, tables, leaves, links);
            } else if (word != 0) {
                long address = table.start + ((long) i << rules.entryShift(table.level));
                leaves.add(new Leaf(address, table.level, word, tables));
            }
        }
    }

    private boolean isEmpty(Table table) {
        for (int i = 0; i < table.entries; i++) {
            if (witness.word(table.address + 8L * i) != 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * Compares a walk by hardware levels, folds shown, with one of five generic levels in the model's memory.
     *
     * @return what is different, or empty
     */
    String compare(String space, Walk walk) {
        List<Geometry.Level> levels = model.levels(space);
        if (levels.isEmpty() || !model.inputRange(space).contains(walk.input())) {
            return "";
        }
        Long root = roots.get(space);
        if (root == null) {
            return "the space has no start table";
        }
        FoldedTables tables = new FoldedTables(levels, rules, root);
        List<FoldedTables.Step> generic = tables.walk(walk.input(), witness::word);
        List<FoldedTables.Step> shown = walk.steps().stream()
                .map(step -> new FoldedTables.Step(step.generic(), step.folded(), step.entry(), step.word()))
                .toList();
        return generic.equals(shown) ? "" : "five generic levels give " + generic + ", the walk has " + shown;
    }
}
