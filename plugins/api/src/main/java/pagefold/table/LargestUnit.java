package pagefold.table;

import pagefold.model.AddressRange;
import pagefold.model.Attributes;

/** How large a leaf or contiguous run can be. */
final class LargestUnit {
    private LargestUnit() {}

    /** Bytes of the largest leaf or contiguous run that the attributes ask for and the range has room for. */
    static long of(TranslationRegime regime, AddressRange range, Attributes attributes) {
        if (attributes.isHuge()) {
            return attributes.pageSize();
        }
        Geometry geometry = regime.geometry();
        long best = geometry.granule();
        for (int level = geometry.lastLevel(); level >= geometry.startLevel(); level--) {
            if (level == geometry.lastLevel()
                    || attributes.blocks() && regime.format().leafAllowed(level)) {
                long leaf = 1L << geometry.shift(level);
                long run = attributes.contiguous() ? leaf * regime.format().contiguousEntries(level) : leaf;
                best = fits(range, leaf) ? leaf : best;
                best = fits(range, run) ? run : best;
            }
        }
        return best;
    }

    private static boolean fits(AddressRange range, long unit) {
        return Long.compareUnsigned(range.size() - 1, unit - 1) >= 0;
    }
}
