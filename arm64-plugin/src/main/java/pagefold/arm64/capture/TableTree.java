package pagefold.arm64.capture;

import static pagefold.arm64.descriptor.Descriptor.TYPE;
import static pagefold.arm64.descriptor.Descriptor.TYPE_TABLE;
import static pagefold.arm64.descriptor.Descriptor.WORD_SHIFT;

import java.io.IOException;
import java.util.function.LongUnaryOperator;
import pagefold.arm64.descriptor.Vmsa64Geometry;
import pagefold.table.PhysicalMemory;

/**
 * The tables below a root, in a memory.
 *
 * @param bigEndian byte order of descriptors
 * @param root physical address of the start table
 * @param base the input address of its first entry
 * @param shared the word of every page below the shared table at an address; 0 for any other table
 */
record TableTree(
        Vmsa64Geometry geometry,
        boolean bigEndian,
        PhysicalMemory memory,
        long root,
        long base,
        LongUnaryOperator shared) {

    /** Tables that are each looked into. */
    TableTree(Vmsa64Geometry geometry, boolean bigEndian, PhysicalMemory memory, long root, long base) {
        this(geometry, bigEndian, memory, root, base, table -> 0);
    }

    /** Sees an entry that is no table. */
    @FunctionalInterface
    interface EntryVisitor {
        void entry(long address, int level, long word) throws IOException;
    }

    /**
     * Visits every entry that is no table, in the order of addresses; one that points to a shared table is as one page.
     *
     * @throws IllegalArgumentException when there are more than {@link TableDump#MAX_TABLES} tables
     */
    void visit(EntryVisitor visitor) throws IOException {
        new Visit(visitor).table(root, geometry.startLevel(), base);
    }

    private final class Visit {
        private final EntryVisitor visitor;
        private int tables;

        Visit(EntryVisitor visitor) {
            this.visitor = visitor;
        }

        void table(long table, int level, long base) throws IOException {
            if (++tables > TableDump.MAX_TABLES) {
                throw new IllegalArgumentException("expected at most " + TableDump.MAX_TABLES
                        + " tables, but there are more (do tables contain themselves?)");
            }
            int entries = geometry.entries(level);
            int shift = geometry.shift(level);
            boolean last = level == Vmsa64Geometry.LAST_LEVEL;
            for (int i = 0; i < entries; i++) {
                long loaded = memory.load64(table + ((long) i << WORD_SHIFT));
                long word = bigEndian ? Long.reverseBytes(loaded) : loaded;
                long address = base + ((long) i << shift);
                if (!last && (word & TYPE) == TYPE_TABLE) {
                    below(geometry.encoding().decode(word, geometry.granuleBits()), level + 1, address);
                } else {
                    visitor.entry(address, level, word);
                }
            }
        }

        private void below(long table, int level, long address) throws IOException {
            long page = shared.applyAsLong(table);
            if (page == 0) {
                table(table, level, address);
            } else {
                visitor.entry(address, Vmsa64Geometry.LAST_LEVEL, page);
            }
        }
    }
}
