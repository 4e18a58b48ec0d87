package pagefold.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import pagefold.model.AddressRange;
import pagefold.model.AddressSpace;
import pagefold.model.Attributes;
import pagefold.model.Hex;
import pagefold.model.Region;
import pagefold.model.Simulation;
import pagefold.table.ModelStatistics;
import pagefold.table.PageTableModel;
import pagefold.table.TableView;

/** What a model says of its tables in other ways than by translations: lists, single tables, mappings, figures, text. */
final class Reports {
    /** About so many tables of a space are looked at one by one. */
    private static final int SINGLE_TABLES = 8;

    private final PageTableModel model;
    private final TableWitness witness;
    private final WordRules rules;
    private final Terrain terrain;
    private final List<String> wrong = new ArrayList<>();

    private Reports(PageTableModel model, Terrain terrain, TableWitness witness, WordRules rules) {
        this.terrain = terrain;
        this.model = model;
        this.witness = witness;
        this.rules = rules;
    }

    /**
     * What does not agree with the words of the tables, with the neutral state, or with another report.
     *
     * @param witness knows the words
     */
    static List<String> complaints(
            PageTableModel model, Terrain terrain, Simulation simulation, TableWitness witness, WordRules rules) {
        Reports reports = new Reports(model, terrain, witness, rules);
        Map<String, ModelStatistics.Space> figures = new HashMap<>();
        model.statistics().spaces().forEach(space -> figures.put(space.space(), space));
        for (AddressSpace space : simulation.spaces()) {
            ModelStatistics.Space counted = figures.remove(space.name());
            reports.expect(counted != null, () -> space.name() + " has no figures");
            if (counted != null) {
                reports.tables(space.name(), counted);
                reports.mappings(space, counted);
            }
        }
        reports.expect(figures.isEmpty(), () -> "figures of spaces that are not there: " + figures.keySet());
        return reports.wrong;
    }

    private void expect(boolean holds, Supplier<String> otherwise) {
        if (!holds) {
            wrong.add(otherwise.get());
        }
    }

    private void tables(String space, ModelStatistics.Space counted) {
        List<TableView> listed = model.tables(space);
        List<TableView> whole = model.tablesWithWords(space);
        expect(
                listed.size() == counted.tables() && whole.size() == listed.size(),
                () -> listed.size() + " tables are listed in " + space + ", " + whole.size() + " with words, and "
                        + counted.tables() + " counted");
        expect(
                !listed.isEmpty() && listed.getFirst().address() == counted.root(),
                () -> "the first table of " + space + " is not the root at " + Hex.address(counted.root()));
        // A model may have to look through all its tables for one of them.
        int step = Math.max(1, listed.size() / SINGLE_TABLES);
        for (int i = 0; i < Math.min(listed.size(), whole.size()); i += step) {
            TableView table = listed.get(i);
            String name = "the table at " + Hex.address(table.address());
            TableView same = whole.get(i);
            TableView single = model.table(table.address());
            expect(isSame(table, same), () -> name + " is listed in two ways");
            expect(
                    single != null && isSame(table, single) && Arrays.equals(single.words(), same.words()),
                    () -> name + " is another one by itself");
            words(name, same);
        }
    }

    private static boolean isSame(TableView one, TableView other) {
        return one.address() == other.address()
                && one.level() == other.level()
                && one.start() == other.start()
                && one.last() == other.last()
                && one.used() == other.used()
                && one.generic().equals(other.generic());
    }

    private void words(String name, TableView table) {
        int used = 0;
        long[] words = table.words();
        for (int i = 0; i < words.length; i++) {
            long word = words[i];
            long known = witness.word(table.address() + ((long) i << rules.wordBits()));
            int entry = i;
            used += word == 0 ? 0 : 1;
            expect(
                    word == known,
                    () -> name + " has " + Hex.address(word) + " as entry " + entry + ", not " + Hex.address(known));
        }
        int counted = used;
        expect(counted == table.used(), () -> name + " has " + counted + " used entries, not " + table.used());
    }

    /** A run of leaves lies in regions that grant something, and promises no more than they do. */
    private void mappings(AddressSpace space, ModelStatistics.Space counted) {
        long[] mapped = new long[1];
        AddressRange[] before = new AddressRange[1];
        model.mappings(space.name(), (range, leafSize, entrySize, attributes) -> {
            Supplier<String> name = () -> "the mapping " + range + " of " + space.name();
            AddressRange previous = before[0];
            expect(
                    previous == null || Long.compareUnsigned(previous.last(), range.start()) < 0,
                    () -> name.get() + " comes behind " + previous);
            expect(
                    Long.remainderUnsigned(range.size(), entrySize) == 0
                            && Long.remainderUnsigned(entrySize, leafSize) == 0,
                    () -> name.get() + " has leaves of " + leafSize + " and entries of " + entrySize + " bytes");
            for (long address : new long[] {range.start(), range.last()}) {
                Region region = space.at(address);
                expect(
                        region != null
                                && region.valid()
                                && isWithin(terrain.memoryOf(region, attributes.memoryType()), attributes),
                        () -> name.get() + " has " + attributes + ", but the region is " + region);
            }
            before[0] = range;
            mapped[0] += range.size();
        });
        long leaves = 0;
        for (ModelStatistics.Leaves level : counted.leaves()) {
            leaves += level.size() * level.count();
        }
        long inLeaves = leaves;
        expect(
                mapped[0] == counted.mappedBytes() && leaves == counted.mappedBytes(),
                () -> "mappings of " + mapped[0] + " and leaves of " + inLeaves + " bytes in " + space.name() + ", but "
                        + counted.mappedBytes() + " are counted");
    }

    /** What may only be written grants nothing while it may not; then nothing more is known of it. */
    private static boolean isWithin(Attributes asked, Attributes found) {
        return found.permissions().isNone()
                ? asked.permissions().readOnly().isNone()
                : asked.memoryType() == found.memoryType()
                        && asked.permissions().includes(found.permissions());
    }

    /** Everything that a model says of itself, as text: equal for models that are the same. */
    static String of(PageTableModel model, Simulation simulation) {
        StringBuilder text = new StringBuilder(ImageHash.of(model)).append('\n');
        text.append(model.statistics()).append('\n');
        try {
            for (AddressSpace space : simulation.spaces()) {
                model.dump(space.name(), text);
                model.mappings(
                        space.name(),
                        (range, leafSize, entrySize, attributes) -> text.append(range)
                                .append(leafSize)
                                .append(entrySize)
                                .append(attributes)
                                .append('\n'));
                model.showPte(space.name(), model.inputRange(space.name()).start(), text);
                text.append(model.checkWx(space.name())).append('\n');
            }
        } catch (IOException e) {
            throw new UncheckedIOException("expected no error of a text in memory", e);
        }
        return text.toString();
    }

    /** The first line that is different, of two texts. */
    static @Nullable String difference(String expected, String found) {
        List<String> left = expected.lines().toList();
        List<String> right = found.lines().toList();
        for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
            String one = i < left.size() ? left.get(i) : "nothing";
            String other = i < right.size() ? right.get(i) : "nothing";
            if (!one.equals(other)) {
                return "'" + other + "' instead of '" + one + "'";
            }
        }
        return null;
    }
}
