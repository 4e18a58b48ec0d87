package pagefold.table;

import pagefold.model.Attributes;
import pagefold.model.Region;

/**
 * What a range is mapped with.
 *
 * @param bits leaf bits
 * @param topLevel the highest level that may have leaves
 * @param contiguous whether contiguous runs may be marked
 */
record Leaves(long bits, int topLevel, boolean contiguous) {

    /** Leaves that are as large as fits, by the hints. */
    static Leaves hinted(Geometry geometry, long bits, boolean blocks, boolean contiguous) {
        return new Leaves(bits, blocks ? geometry.startLevel() : geometry.lastLevel(), contiguous);
    }

    /** What the attributes of a region ask for. */
    static Leaves of(Region region, TranslationRegime regime, long bits) {
        Attributes attributes = region.attributes();
        return attributes.isHuge()
                ? ofSize(regime.geometry(), regime.format(), bits, attributes.pageSize())
                : hinted(
                        regime.geometry(),
                        bits,
                        region.valid() && attributes.blocks(),
                        region.valid() && attributes.contiguous());
    }

    /** Leaves, or contiguous runs, of one size, of which everything that is mapped with them is a multiple. */
    private static Leaves ofSize(Geometry geometry, TableFormat format, long bits, long size) {
        int level = geometry.lastLevel();
        while (1L << geometry.shift(level) != size
                && (long) format.contiguousEntries(level) << geometry.shift(level) != size) {
            level--;
        }
        return new Leaves(bits, level, 1L << geometry.shift(level) != size);
    }
}
