package pagefold.table;

import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.Simulation;
import pagefold.model.StateSink;
import pagefold.model.StateSource;

/**
 * What one space has to do with the entries of start tables that are copied into other ones: the kernel that it carries,
 * or the processes that carry it and the tables that stay for them.
 *
 * <p>A copy that is old may still point to a table that is gone from the space itself. Linux gives such a page back and
 * copies the entries again before the process runs; here it stays as it is, empty, until no copy points to it, so that no
 * walk ever ends in memory that has become something else. While a space is carried, what is unmapped in it keeps its
 * tables.
 */
final class KernelEntries {
    private final PageTable own;
    private final TableMemory memory;
    private final Geometry geometry;
    private final TableFormat format;
    private final TranslationRegime regime;
    private final AddressRange input;
    private final NavigableMap<String, PageTable> carriers = new TreeMap<>();
    /** Pages whose tables are gone from the space, with how many words of copies point to each. */
    private final NavigableMap<Long, Integer> kept = new TreeMap<>();

    private @Nullable PageTable kernel;

    KernelEntries(PageTable own, TableMemory memory, TranslationRegime regime) {
        this.own = own;
        this.memory = memory;
        this.regime = regime;
        this.geometry = regime.geometry();
        this.format = regime.format();
        this.input = regime.inputRange();
    }

    /** Keeps from now on what another space's copy keeps; who carries it is linked afterwards. */
    void copyFrom(KernelEntries other) {
        kept.putAll(other.kept);
    }

    void save(StateSink sink) {
        sink.number(kept.size());
        kept.forEach((page, words) -> {
            sink.number(page);
            sink.number(words);
        });
    }

    /** Keeps from now on what was written down; who carries the space is linked afterwards. */
    void restore(StateSource source) {
        for (int left = source.count(Integer.MAX_VALUE); left > 0; left--) {
            long page = source.number();
            kept.put(page, source.count(Simulation.MAX_SPACES * geometry.group()));
        }
    }

    boolean isCarried() {
        return !carriers.isEmpty();
    }

    /** How many pages of tables stay for copies alone. */
    int keptPages() {
        return kept.size();
    }

    /** The tables of the kernel that this space carries, or {@code null} where it carries none. */
    @Nullable
    PageTable kernel() {
        return kernel;
    }

    /** Carries a kernel from now on; the words of the start table are what they are. */
    void carry(PageTable carried) {
        kernel = carried;
        carried.entries().carriers.put(own.editor().space(), own);
    }

    /** Carries a kernel no more: the copies are gone. */
    void leave() {
        if (kernel != null) {
            kernel.entries().forget(own);
            kernel = null;
        }
    }

    private void forget(PageTable process) {
        for (long at = input.start(); ; at += size()) {
            set(process, at, 0);
            if ((at | size() - 1) == input.last()) {
                break;
            }
        }
        carriers.remove(process.editor().space());
    }

    /** Bytes of an entry. */
    long size() {
        return 1L << geometry.shift(geometry.startLevel());
    }

    /** Bytes of the entries that are copied together. */
    long groupSize() {
        return size() * geometry.group();
    }

    /** All addresses of the entries that are copied. */
    AddressRange input() {
        return input;
    }

    /** The word of an address in the start table of the space itself. */
    long word(long address) {
        return word(own, address);
    }

    /** The word of an address in the start table of a process. */
    long word(PageTable table, long address) {
        return table.editor().word(table.root(), geometry.startLevel(), address);
    }

    /** Whether a word is one of a section, even one that grants nothing. */
    boolean isSection(long word) {
        return word != 0 && !format.isTable(word, geometry.startLevel());
    }

    /** Whether hardware finds nothing in a word, so that an access faults and Linux looks for the kernel's own. */
    boolean isMissing(long word) {
        return !format.isTable(word, geometry.startLevel()) && !format.isLeaf(word, geometry.startLevel());
    }

    /** Copies the entries of a range of whole groups. */
    void copy(PageTable process, AddressRange range) {
        for (long at = range.start(); ; at += size()) {
            set(process, at, word(own, at));
            if ((at | size() - 1) == range.last()) {
                return;
            }
        }
    }

    /** Copies the entries at which hardware finds nothing, each with its group, in ascending order. */
    void copyMissing(PageTable process, AddressRange range) {
        for (long at = range.start() & -size(); ; at += size()) {
            if (isMissing(word(process, at))) {
                copy(process, new AddressRange(at, at).widened(groupSize()));
            }
            if (Long.compareUnsigned(at | size() - 1, range.last()) >= 0) {
                return;
            }
        }
    }

    /** Gives the sections of a range in a process's start table what attributes say of permissions. */
    void change(PageTable process, AddressRange range, Attributes attributes) {
        long bits = regime.leafBits(attributes);
        for (long at = range.start(); ; at += size()) {
            process.editor()
                    .change(
                            process.root(),
                            geometry.startLevel(),
                            at,
                            word(process, at),
                            (word, level, address) -> format.modified(word, bits));
            if ((at | size() - 1) == range.last()) {
                return;
            }
        }
    }

    /** Gives the space the pages that it has at its lowest addresses from now on, as the kernel has them now. */
    void copyVectors(PageTable carried) {
        TranslationRegime.LowVectors vectors = regime.lowVectors();
        if (vectors == null) {
            return;
        }
        AddressRange low = vectors.range();
        for (long at = low.start(); ; at += geometry.granule()) {
            long page = at;
            long high = vectors.high() + (at - low.start());
            carried.visit(high, high, (word, level, address) -> {
                long output = format.outputAddress(word, level) + (high - address);
                long copy = format.relocated(word, level, geometry.lastLevel(), output);
                placeVector(vectors, page, vectors.pageWord(copy));
            });
            if ((at | geometry.granule() - 1) == low.last()) {
                return;
            }
        }
    }

    private void placeVector(TranslationRegime.LowVectors vectors, long at, long word) {
        int level = geometry.startLevel();
        TableEditor editor = own.editor();
        long table = editor.childFor(own.root(), level, at);
        long link = editor.word(own.root(), level, at);
        long marked = vectors.tableWord(link);
        if (link != marked) {
            if (editor.isHeard()) {
                editor.store(own.root(), level, at, 0);
                editor.invalidate(at & -size(), at | size() - 1, false);
            }
            editor.store(own.root(), level, at, marked);
        }
        editor.store(table, geometry.lastLevel(), at, word);
    }

    private void set(PageTable process, long at, long word) {
        int level = geometry.startLevel();
        TableEditor copies = process.editor();
        long old = word(process, at);
        if (old == word) {
            return;
        }
        boolean wasThere = !isMissing(old);
        if (wasThere && word != 0 && copies.isHeard()) {
            copies.store(process.root(), level, at, 0);
            copies.invalidate(at, at + size() - 1, false);
        }
        copies.store(process.root(), level, at, word);
        if (wasThere && word == 0) {
            copies.invalidate(at, at + size() - 1, false);
        }
        if (format.isTable(old, level)) {
            release(format.tableAddress(old) & -geometry.granule());
        }
    }

    private void release(long page) {
        Integer words = kept.get(page);
        if (words == null) {
            return;
        }
        if (words > 1) {
            kept.put(page, words - 1);
        } else {
            kept.remove(page);
            memory.free(page, 1);
        }
    }

    /**
     * Whether a page, the tables of which are empty and gone from the space, stays since copies point to it.
     *
     * @param at an address of the entries that pointed to it
     */
    boolean keeps(long page, long at) {
        if (carriers.isEmpty()) {
            return false;
        }
        int words = 0;
        int level = geometry.startLevel();
        long first = at & -groupSize();
        for (PageTable process : carriers.values()) {
            for (long entry = first; entry != first + groupSize(); entry += size()) {
                long word = word(process, entry);
                boolean points =
                        format.isTable(word, level) && (format.tableAddress(word) & -geometry.granule()) == page;
                words += points ? 1 : 0;
            }
        }
        if (words > 0) {
            kept.put(page, words);
        }
        return words > 0;
    }
}
