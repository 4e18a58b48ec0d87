package pagefold.arm64.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.NavigableMap;
import java.util.TreeMap;
import pagefold.arm64.descriptor.Vmsa64Geometry;

/** Looks at tables from outside: at the words in memory and the references on their pages. */
final class KvmTablesCheck {
    private final KvmTables tables;
    private final NavigableMap<Long, KvmModel.Entry> found = new TreeMap<>();
    private int pages;
    private boolean exact = true;

    private KvmTablesCheck(KvmTables tables) {
        this.tables = tables;
    }

    /** The entries that are not zero and no tables; every page must have one reference for each of its words. */
    static NavigableMap<Long, KvmModel.Entry> entries(KvmTables tables) {
        KvmTablesCheck check = new KvmTablesCheck(tables);
        check.look(tables.root, tables.geometry.startLevel(), 0);
        assertThat(check.exact).as("one reference for each counted word").isTrue();
        assertThat(tables.pages.memory().usedBytes()).isEqualTo((long) check.pages << tables.geometry.granuleBits());
        return check.found;
    }

    /** The same where references may be too many. */
    static NavigableMap<Long, KvmModel.Entry> entriesUncounted(KvmTables tables) {
        KvmTablesCheck check = new KvmTablesCheck(tables);
        check.look(tables.root, tables.geometry.startLevel(), 0);
        return check.found;
    }

    /** The entries that the runs tell of. */
    static NavigableMap<Long, KvmModel.Entry> expanded(KvmTables tables) {
        NavigableMap<Long, KvmModel.Entry> all = new TreeMap<>();
        for (LeafRun run : LeafRun.of(tables)) {
            long size = 1L << tables.geometry.shift(run.level());
            for (long i = 0; i < run.count(); i++) {
                long word = (run.word() & 1) != 0 ? run.word() + i * size : run.word();
                all.put(run.address() + i * size, new KvmModel.Entry(run.level(), word));
            }
        }
        return all;
    }

    private void look(long table, int level, long base) {
        Vmsa64Geometry geometry = tables.geometry;
        int perPage = 1 << geometry.granuleBits() - 3;
        int counted = 0;
        for (int i = 0; i < geometry.entries(level); i++) {
            long word = tables.pages.memory().load64(table + 8L * i);
            long address = base + ((long) i << geometry.shift(level));
            if ((word & 3) == 3 && level < 3) {
                look(word & 0xffff_ffff_ffffL & -geometry.entrySize(3), level + 1, address);
            } else if (word != 0) {
                found.put(address, new KvmModel.Entry(level, word));
            }
            counted += word != 0 ? 1 : 0;
            if ((i + 1) % perPage == 0 || i + 1 == geometry.entries(level)) {
                pages++;
                exact &= tables.pages.references(table + 8L * i) == 1 + counted;
                counted = 0;
            }
        }
    }
}
