package pagefold.table;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.Output;
import pagefold.model.Rejection;

/**
 * Whether there is room for the tables that a list of steps needs: those that are there now and those that any of the
 * steps may make, each counted once, without what the steps free. Where this is not enough, only trying tells, unless
 * the refusal {@link #isForSure}.
 */
final class TableRoom {
    private final ModelSetup setup;
    private final Map<String, ModelSpace> spaces;
    private final Set<Table> planned = new HashSet<>();
    private final int gapPages;
    private long bytesLeft;
    private boolean isForSure;

    private record Table(String space, int level, long prefix) {}

    TableRoom(ModelSetup setup, TableMemory memory, Map<String, ModelSpace> spaces) {
        this.setup = setup;
        this.spaces = spaces;
        this.gapPages = memory.gapPages();
        this.bytesLeft = setup.tableLimit() - memory.usedBytes();
    }

    /** Whether the last refusal was of a range that needs more tables than there may be at all. */
    boolean isForSure() {
        return isForSure;
    }

    /** Room for the start table of a new space. */
    @Nullable
    Rejection root(TranslationRegime regime) {
        int pages = regime.geometry().rootPages();
        // Neighbouring pages need not fit into the gaps that freed tables have left.
        long needed = pages == 1 ? 1 : gapPages + 2L * pages;
        return needed << setup.granuleBits() > bytesLeft ? exceeded(needed) : take(pages);
    }

    /** Room for a mapping: tables all along it, or where blocks fit, at its ends. */
    @Nullable
    Rejection map(String space, TranslationRegime regime, AddressRange range, Output output, Attributes attributes) {
        long skew = output instanceof Output.Physical(long address) ? address ^ range.start() : 0;
        Geometry geometry = regime.geometry();
        Rejection rejection = null;
        for (int level = geometry.startLevel(); level < geometry.lastLevel() && rejection == null; level++) {
            boolean blocks = attributes.blocks()
                    && regime.format().leafAllowed(level)
                    && (skew & (1L << geometry.shift(level)) - 1) == 0;
            if (blocks) {
                return ends(space, regime, range);
            }
            rejection = all(space, regime, level, range);
        }
        return rejection;
    }

    /** Room for the tables that take the place of blocks which the ends of a range cut. */
    @Nullable
    Rejection ends(String space, TranslationRegime regime, AddressRange range) {
        Rejection rejection = chain(space, regime, range.start());
        return rejection != null ? rejection : chain(space, regime, range.last());
    }

    /** Room for the tables that take the place of all blocks of a range that are larger than so many bytes. */
    @Nullable
    Rejection split(String space, TranslationRegime regime, AddressRange range, long most) {
        Geometry geometry = regime.geometry();
        Rejection rejection = null;
        for (int level = geometry.startLevel();
                level < geometry.lastLevel() && 1L << geometry.shift(level) > most && rejection == null;
                level++) {
            rejection = all(space, regime, level, range);
        }
        return rejection;
    }

    /** Room for the shared tables of a range, one of each level, and those at its ends. */
    @Nullable
    Rejection shared(String space, TranslationRegime regime, AddressRange range) {
        Rejection rejection = ends(space, regime, range);
        return rejection != null
                ? rejection
                : take(regime.geometry().lastLevel() - regime.geometry().startLevel());
    }

    private @Nullable Rejection chain(String space, TranslationRegime regime, long address) {
        Rejection rejection = null;
        Geometry geometry = regime.geometry();
        for (int level = geometry.startLevel(); level < geometry.lastLevel() && rejection == null; level++) {
            rejection = all(space, regime, level, new AddressRange(address, address));
        }
        return rejection;
    }

    /** Room for the tables below the entries of a level that a range selects. */
    private @Nullable Rejection all(String space, TranslationRegime regime, int level, AddressRange range) {
        int shift = pageShift(regime, level);
        long last = range.last() >>> shift;
        long count = last - (range.start() >>> shift) + 1;
        if (count > setup.tableLimit() >>> setup.granuleBits()) {
            isForSure = true;
            return exceeded(count);
        }
        long missing = 0;
        for (long prefix = range.start() >>> shift; ; prefix++) {
            if (!exists(space, level + 1, prefix, shift) && planned.add(new Table(space, level + 1, prefix))) {
                missing++;
            }
            if (prefix == last) {
                return take(missing);
            }
        }
    }

    /** Room for the tables that a child needs where its parent has some. */
    @Nullable
    Rejection copy(String parent, String child, TranslationRegime regime, AddressRange range) {
        return copy(parent, child, regime, regime.geometry().startLevel(), range);
    }

    private @Nullable Rejection copy(
            String parent, String child, TranslationRegime regime, int level, AddressRange range) {
        if (level == regime.geometry().lastLevel()) {
            return null;
        }
        int shift = pageShift(regime, level);
        long last = range.last() >>> shift;
        Rejection rejection = null;
        for (long prefix = range.start() >>> shift; rejection == null; prefix++) {
            if (exists(parent, level + 1, prefix, shift) || planned.contains(new Table(parent, level + 1, prefix))) {
                rejection = planned.add(new Table(child, level + 1, prefix)) ? take(1) : null;
                AddressRange entry = new AddressRange(prefix << shift, (prefix << shift) + ((1L << shift) - 1));
                rejection = rejection != null
                        ? rejection
                        : copy(parent, child, regime, level + 1, entry.intersection(range));
            }
            if (prefix == last) {
                return rejection;
            }
        }
        return rejection;
    }

    /** log2 of the bytes that a page of tables translates below a level. */
    private static int pageShift(TranslationRegime regime, int level) {
        return regime.geometry().shift(level)
                + Integer.numberOfTrailingZeros(regime.geometry().group());
    }

    private boolean exists(String space, int level, long prefix, int shift) {
        ModelSpace there = spaces.get(space);
        return there != null && there.table().editor().hasTable(there.table().root(), level, prefix << shift);
    }

    private @Nullable Rejection take(long pages) {
        if (pages << setup.granuleBits() > bytesLeft) {
            return exceeded(pages);
        }
        bytesLeft -= pages << setup.granuleBits();
        return null;
    }

    private Rejection exceeded(long pages) {
        long needed = setup.tableLimit() - bytesLeft + (pages << setup.granuleBits());
        return new Rejection.LimitExceeded("bytes of tables in a simulation", setup.tableLimit(), needed);
    }
}
