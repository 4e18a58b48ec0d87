package pagefold.table;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.Permissions;
import pagefold.model.Privilege;

/**
 * Turns the leaves of a space, visited in address order, into runs of leaves that differ in their addresses only.
 *
 * <p>What a leaf grants is asked of the architecture's own reader, once for every kind of leaf.
 */
final class SpaceMappings {
    private static final Attributes NOTHING = Attributes.user(Permissions.NONE);

    private final TableFormat format;
    private final Geometry geometry;
    private final PageTableModel.MappingSink sink;
    private final TableReader reader;
    private final SharedTables shared;
    private final Map<Kind, Attributes> known = new HashMap<>();

    /** What hardware reads for the leaf that is being asked about, and what the reader sees: the same, accessed. */
    private long asked;

    private long seen;
    private @Nullable Kind kind;
    private long start;
    private long last;

    /** What a leaf is but for its addresses and accessed state. */
    private record Kind(long word, int level, boolean contiguous) {}

    SpaceMappings(PhysicalMemory memory, TranslationRegime regime, PageTable table, PageTableModel.MappingSink sink) {
        this.format = regime.format();
        this.geometry = regime.geometry();
        this.sink = sink;
        this.shared = table.editor().shared();
        this.reader = regime.reader(
                new PhysicalMemory() {
                    @Override
                    public long load64(long address) {
                        long word = memory.load64(address);
                        return word == asked ? seen : word;
                    }

                    @Override
                    public int load32(long address) {
                        int word = memory.load32(address);
                        return word == (int) asked ? (int) seen : word;
                    }
                },
                table.root());
    }

    /** The next leaf word or link to a shared table; what hardware would not use is passed over. */
    void entry(long word, int level, long address) {
        long size = 1L << geometry.shift(level);
        if (format.isTable(word, level)) {
            leaf(shared.leafOf(format.tableAddress(word)), geometry.lastLevel(), address, size);
        } else if (format.isLeaf(word, level)) {
            leaf(word, level, address, size);
        }
    }

    private void leaf(long word, int level, long address, long size) {
        long accessed = format.withAccessed(word, true);
        Kind next = new Kind(format.relocated(accessed, level, level, 0), level, format.isContiguous(word));
        if (address != last + 1 || !next.equals(kind) && !isWithinRun(next, address)) {
            finish();
            kind = next;
            start = address;
            if (!known.containsKey(next)) {
                boolean isLast = level == geometry.lastLevel();
                asked = isLast ? format.hardwareWord(word) : word;
                seen = isLast ? format.hardwareWord(accessed) : accessed;
                known.put(next, granted(address));
            }
        }
        last = address + size - 1;
    }

    /** One entry of a TLB stands for a whole run, though hardware notes in each of its words what was written. */
    private boolean isWithinRun(Kind next, long address) {
        Kind run = kind;
        return run != null
                && run.contiguous()
                && next.contiguous()
                && run.level() == next.level()
                && (address & entrySize(run) - 1) != 0;
    }

    private long entrySize(Kind run) {
        long leaf = 1L << geometry.shift(run.level());
        return run.contiguous() ? leaf * format.contiguousEntries(run.level()) : leaf;
    }

    private Attributes granted(long address) {
        for (Privilege privilege : Privilege.values()) {
            for (Access access : Access.values()) {
                if (reader.walk(address, access, privilege).outcome() instanceof Walk.Translated translated) {
                    return translated.attributes();
                }
            }
        }
        return NOTHING;
    }

    /** Says what has not been said yet. */
    void finish() {
        Kind run = kind;
        if (run != null) {
            long leaf = 1L << geometry.shift(run.level());
            sink.mapping(new AddressRange(start, last), leaf, entrySize(run), known.getOrDefault(run, NOTHING));
            kind = null;
        }
    }
}
