package pagefold.arm32.lpae;

import static pagefold.arm32.lpae.Descriptor.ADDRESS;
import static pagefold.arm32.lpae.Descriptor.AF;
import static pagefold.arm32.lpae.Descriptor.CONTIGUOUS;
import static pagefold.arm32.lpae.Descriptor.TYPE_TABLE;

import pagefold.table.TableFormat;

/**
 * What the words of all regimes with long descriptors have in common: types, addresses, the Contiguous bit and the
 * Access flag. Linux does not use the Contiguous bit on arm32, and places no blocks of 1 GB.
 */
abstract class LongFormat implements TableFormat {

    @Override
    public final boolean isTable(long word, int level) {
        return Descriptor.isTable(word, level);
    }

    @Override
    public final boolean isLeaf(long word, int level) {
        return Descriptor.isLeaf(word, level);
    }

    @Override
    public final long tableWord(long table) {
        return table | TYPE_TABLE;
    }

    @Override
    public final long tableAddress(long word) {
        return word & ADDRESS;
    }

    @Override
    public final long outputAddress(long word, int level) {
        return word & ADDRESS;
    }

    @Override
    public final long linearBytes(long output) {
        return Long.MAX_VALUE;
    }

    @Override
    public final int contiguousEntries(int level) {
        return 1;
    }

    @Override
    public final boolean isContiguous(long word) {
        return (word & CONTIGUOUS) != 0;
    }

    @Override
    public final long withContiguous(long word, boolean contiguous) {
        return contiguous ? word | CONTIGUOUS : word & ~CONTIGUOUS;
    }

    @Override
    public final boolean isAccessed(long word) {
        return (word & AF) != 0;
    }

    @Override
    public final long withAccessed(long word, boolean accessed) {
        return accessed ? word | AF : word & ~AF;
    }
}
