package pagefold.table;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The shape of a radix table as data: granule, input size, and the generic five levels with their folds.
 *
 * <p>Arm ARM D8.2 (levels, index bits); the generic levels are Linux's (Documentation/mm/page_tables.rst). A folded
 * level has one entry, which is its parent's. A level that is folded at run time comes before the root: the root is
 * then the table of a level below PGD and keeps that level's name.
 */
public final class Geometry {
    /** The level of pages. */
    public static final int LAST_LEVEL = 3;

    private static final int LONGEST_INPUT = 52;
    /** Most tables that a start table may consist of, as a power of two. */
    private static final int CONCATENATION_BITS = 4;

    private static final String[] GENERIC = {"PGD", "P4D", "PUD", "PMD", "PTE"};

    /** What is not a radix table of 64-bit words: how large words are, and how many tables share a page. */
    private record Layout(int lastLevel, int wordBits, int group) {}

    private static final Layout LONG_WORDS = new Layout(LAST_LEVEL, 3, 1);
    private static final Layout PAIRED_SHORT_WORDS = new Layout(2, 2, 2);

    private final Layout layout;
    private final int granuleBits;
    private final int stride;
    private final int inputBits;
    private final int startLevel;
    private final int builtStartLevel;
    private final List<Level> levels;

    /**
     * One generic level.
     *
     * @param generic Linux's name
     * @param level hardware level of the table whose entries it has
     * @param shift log2 of the bytes that one entry translates
     * @param entries number of entries; 1 when folded
     * @param folded whether it has no table of its own
     */
    public record Level(String generic, int level, int shift, int entries, boolean folded) {}

    private Geometry(int granuleBits, int stride, int inputBits, int startLevel, int builtStartLevel) {
        this(LONG_WORDS, granuleBits, stride, inputBits, startLevel, builtStartLevel);
    }

    private Geometry(Layout layout, int granuleBits, int stride, int inputBits, int startLevel, int builtStartLevel) {
        this.layout = layout;
        this.granuleBits = granuleBits;
        this.stride = stride;
        this.inputBits = inputBits;
        this.startLevel = startLevel;
        this.builtStartLevel = builtStartLevel;
        this.levels = generic();
    }

    /**
     * The tables of 64-bit descriptors for an input size.
     *
     * @param granuleBits 12, 14 or 16
     * @param inputBits more than {@code granuleBits}, at most 52
     */
    public static Geometry of(int granuleBits, int inputBits) {
        return of(granuleBits, inputBits, inputBits);
    }

    /**
     * The tables of 64-bit descriptors of software that was built for larger input addresses than it runs with. Where
     * those would need more levels, the levels above the root are folded at run time; where they would only need a
     * larger root, that is what there is.
     *
     * @param inputBits what is translated
     * @param builtInputBits what the software was built for, at least {@code inputBits}, at most 52
     */
    public static Geometry of(int granuleBits, int inputBits, int builtInputBits) {
        int stride = granuleBits - 3;
        int start = startLevel(granuleBits, inputBits);
        int builtStart = startLevel(granuleBits, builtInputBits);
        return new Geometry(granuleBits, stride, start == builtStart ? builtInputBits : inputBits, start, builtStart);
    }

    /**
     * The two levels of 32-bit short descriptors as Linux lays them out: 4096 entries at level 1, and at level 2 tables
     * of 256 entries, two of which share a page with the words that software keeps for itself, 2 KB below them. Two
     * entries of level 1 thus have tables together, or neither has (Arm ARM G5.4; arch/arm/include/asm/pgtable-2level.h).
     */
    public static Geometry pairedShortDescriptors() {
        return new Geometry(PAIRED_SHORT_WORDS, 12, 8, 32, 1, 1);
    }

    /** The level at which tables of 64-bit descriptors start where the size of the addresses alone tells. */
    public static int startLevel(int granuleBits, int inputBits) {
        return LAST_LEVEL - Math.floorDiv(inputBits - 1 - granuleBits, granuleBits - 3);
    }

    /**
     * The tables of 64-bit descriptors that start at a given level, as stage 2 has them: the start table may be as many
     * as 16 tables side by side (Arm ARM D8.2.10).
     *
     * @param granuleBits 12, 14 or 16
     * @param inputBits more than what one entry of the start table translates, by at most the bits that a table
     *     resolves and 4 more; at most 52
     * @param startLevel -1 to 3
     * @throws IllegalArgumentException when there is no such granule or level, or the level does not fit the size
     */
    public static Geometry startingAt(int granuleBits, int inputBits, int startLevel) {
        if (granuleBits != 12 && granuleBits != 14 && granuleBits != 16) {
            throw new IllegalArgumentException("expected a granule of 12, 14 or 16 bits, but it has " + granuleBits);
        }
        if (startLevel < -1 || startLevel > LAST_LEVEL) {
            throw new IllegalArgumentException("expected a start level from -1 to 3, but it is " + startLevel);
        }
        Geometry geometry = new Geometry(granuleBits, granuleBits - 3, inputBits, startLevel, startLevel);
        int least = geometry.shift(startLevel) + 1;
        int most = Math.min(LONGEST_INPUT, geometry.shift(startLevel) + geometry.stride + CONCATENATION_BITS);
        if (inputBits < least || inputBits > most) {
            throw new IllegalArgumentException("expected input addresses of " + least + " to " + most
                    + " bits for start level " + startLevel + ", but they have " + inputBits);
        }
        return geometry;
    }

    private List<Level> generic() {
        List<Level> five = new ArrayList<>();
        int root = generic(startLevel);
        for (int i = 0; i < GENERIC.length; i++) {
            boolean folded = isFoldedAtRunTime() ? i < root : i > 0 && i <= root;
            int level = i == 0 ? startLevel : Math.max(startLevel, i - generic(0));
            five.add(new Level(GENERIC[i], level, shift(level), folded ? 1 : entries(level), folded));
        }
        return List.copyOf(five);
    }

    /** Which of the generic levels a hardware level is where no level is folded into another. */
    private int generic(int level) {
        return GENERIC.length - 1 - layout.lastLevel + level;
    }

    /** The generic five levels from PGD to PTE. */
    public List<Level> levels() {
        return levels;
    }

    /** Whether levels above the root were built in and are left out at run time. */
    public boolean isFoldedAtRunTime() {
        return builtStartLevel < startLevel;
    }

    /** Linux's name for a hardware level that has a table. */
    public String genericName(int level) {
        return level == startLevel && !isFoldedAtRunTime() ? GENERIC[0] : GENERIC[generic(level)];
    }

    /** log2 of a page, and of a table below the root. */
    public int granuleBits() {
        return granuleBits;
    }

    /** Bytes of a page. */
    public long granule() {
        return 1L << granuleBits;
    }

    public int inputBits() {
        return inputBits;
    }

    public int startLevel() {
        return startLevel;
    }

    /** The hardware level of pages: 3, and 2 for short descriptors. */
    public int lastLevel() {
        return layout.lastLevel;
    }

    /** log2 of the bytes of a word that hardware reads: 3, and 2 for short descriptors. */
    public int wordBits() {
        return layout.wordBits;
    }

    /** How many neighbouring entries of a level have tables in one page, all or none: 1, and 2 for short descriptors. */
    public int group() {
        return layout.group;
    }

    /** log2 of the bytes that an entry at a hardware level translates. */
    public int shift(int level) {
        return granuleBits + stride * (layout.lastLevel - level);
    }

    /** Number of entries of a table at a hardware level. */
    public int entries(int level) {
        return level == startLevel ? 1 << (inputBits - shift(level)) : 1 << stride;
    }

    /** Pages of the start table: more than one where tables are concatenated; it is aligned to all of them. */
    public int rootPages() {
        return Math.max(1, entries(startLevel) >> granuleBits - layout.wordBits);
    }

    /** The entry of a table at a hardware level that an address selects. */
    public int index(long address, int level) {
        return (int) (address >>> shift(level)) & entries(level) - 1;
    }

    /** The same shape, folds included. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Geometry geometry
                && layout.equals(geometry.layout)
                && granuleBits == geometry.granuleBits
                && inputBits == geometry.inputBits
                && startLevel == geometry.startLevel
                && builtStartLevel == geometry.builtStartLevel;
    }

    @Override
    public int hashCode() {
        return Objects.hash(layout, granuleBits, inputBits, startLevel, builtStartLevel);
    }
}
