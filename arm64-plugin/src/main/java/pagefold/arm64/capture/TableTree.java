package pagefold.arm64.capture;

import static pagefold.arm64.descriptor.Descriptor.TYPE;
import static pagefold.arm64.descriptor.Descriptor.TYPE_TABLE;
import static pagefold.arm64.descriptor.Descriptor.WORD_SHIFT;

import java.io.IOException;
import pagefold.arm64.descriptor.Vmsa64Geometry;
import pagefold.table.PhysicalMemory;

/**
 * The tables below a root, in a memory.
 *
 * @param bigEndian byte order of descriptors
 * @param root physical address of the start table
 * @param base the input address of its first entry
 */
record TableTree(Vmsa64Geometry geometry, boolean bigEndian, PhysicalMemory memory, long root, long base) {

    /** Sees an entry that is no table. */
    @FunctionalInterface
    interface EntryVisitor {
        void entry(long address, int level, long word) throws IOException;
    }

    /**
     * Visits every entry that is no table, in the order of addresses.
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
                    table(geometry.encoding().decode(word, geometry.granuleBits()), level + 1, address);
                } else {
                    visitor.entry(address, level, word);
                }
            }
        }
    }
}
