package pagefold.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import pagefold.model.AddressRange;
import pagefold.table.Geometry;

/** What must hold of the generic levels that a model declares. */
final class GenericLevels {
    private static final int MOST_ENTRIES = 1 << 30;

    private GenericLevels() {}

    /** Nothing is asked of a model without levels. */
    static void check(List<Geometry.Level> levels, int granuleBits, AddressRange input) {
        if (levels.isEmpty()) {
            return;
        }
        assertThat(levels).extracting(Geometry.Level::generic).containsExactly("PGD", "P4D", "PUD", "PMD", "PTE");
        int bits = granuleBits;
        for (Geometry.Level level : levels.reversed()) {
            assertThat(level.entries()).as("entries of %s", level.generic()).isBetween(1, MOST_ENTRIES);
            if (level.folded()) {
                assertThat(level.entries()).as("entries of %s", level.generic()).isEqualTo(1);
            } else {
                assertThat(level.shift()).as("shift of %s", level.generic()).isEqualTo(bits);
                bits += Integer.numberOfTrailingZeros(level.entries());
            }
        }
        long most = bits == Long.SIZE ? -1 : (1L << bits) - 1;
        assertThat(Long.compareUnsigned(input.last() - input.start(), most))
                .as("%s against %s bits", input, bits)
                .isNotPositive();
    }
}
