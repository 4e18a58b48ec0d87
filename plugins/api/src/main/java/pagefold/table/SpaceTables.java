package pagefold.table;

import java.util.ArrayList;
import java.util.List;

/** What the tables of one space are and cost. */
final class SpaceTables {
    private SpaceTables() {}

    /** What they cost. */
    static ModelStatistics.Space of(String name, ModelSpace space) {
        Geometry geometry = space.regime().geometry();
        TableFormat format = space.regime().format();
        int first = geometry.startLevel();
        long[] leaves = new long[geometry.lastLevel() - first + 1];
        long[] tables = new long[1];
        long[] contiguous = new long[1];
        space.table().visit((table, level, address) -> tables[0]++, (word, level, address) -> {
            if (format.isTable(word, level)) {
                // A shared table stands for as many pages as its entry translates.
                leaves[leaves.length - 1] += 1L << geometry.shift(level) - geometry.granuleBits();
            } else if (format.isLeaf(word, level)) {
                leaves[level - first]++;
                contiguous[0] += format.isContiguous(word) ? 1 : 0;
            }
        });
        List<ModelStatistics.Leaves> byLevel = new ArrayList<>();
        long mapped = 0;
        for (int level = first; level <= geometry.lastLevel(); level++) {
            long size = 1L << geometry.shift(level);
            byLevel.add(new ModelStatistics.Leaves(level, size, leaves[level - first]));
            mapped += leaves[level - first] * size;
        }
        long pages = (tables[0] - 1) / geometry.group()
                + geometry.rootPages()
                + space.table().entries().keptPages();
        return new ModelStatistics.Space(
                name,
                space.regime().kind().name(),
                space.table().root(),
                tables[0],
                pages << geometry.granuleBits(),
                byLevel,
                contiguous[0],
                mapped,
                space.regime().registers(space.table().root()));
    }

    /** One table, with its words or without. */
    static TableView view(String name, ModelSpace space, long table, int level, long start, boolean withWords) {
        Geometry geometry = space.regime().geometry();
        int entries = geometry.entries(level);
        long[] words = new long[withWords ? entries : 0];
        int used = 0;
        for (int i = 0; i < entries; i++) {
            long word = space.table().editor().words().hardwareWord(table, i);
            used += word != 0 ? 1 : 0;
            if (withWords) {
                words[i] = word;
            }
        }
        long last = start + ((long) entries << geometry.shift(level)) - 1;
        return new TableView(name, table, geometry.genericName(level), level, start, last, used, words);
    }
}
