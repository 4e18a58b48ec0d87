package pagefold.table;

import java.util.ArrayList;
import java.util.List;
import pagefold.model.AddressRange;

/** Where no word is set. */
final class Holes {
    private Holes() {}

    /** The parts of a range of a table where no word is set. */
    static List<AddressRange> in(PageTable table, Geometry geometry, AddressRange range) {
        List<AddressRange> holes = new ArrayList<>();
        long[] next = {range.start()};
        boolean[] isCovered = new boolean[1];
        table.visit(range.start(), range.last(), (word, level, address) -> {
            if (Long.compareUnsigned(next[0], address) < 0) {
                holes.add(new AddressRange(next[0], address - 1));
            }
            // The last leaf may reach beyond the range.
            long last = address + (1L << geometry.shift(level)) - 1;
            isCovered[0] = Long.compareUnsigned(range.last(), last) <= 0;
            next[0] = last + 1;
        });
        if (!isCovered[0]) {
            holes.add(new AddressRange(next[0], range.last()));
        }
        return holes;
    }
}
