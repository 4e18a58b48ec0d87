package sample;

import pagefold.table.Geometry;
import pagefold.table.TableFormat;

/** The words, as the package describes them. */
final class SampleFormat implements TableFormat {
    static final long V = bits(0, 0);
    static final long TABLE = bits(1, 1);
    static final long MTYPE = bits(3, 2);
    static final long U = bits(4, 4);
    static final long PX = bits(5, 5);
    static final long UX = bits(6, 6);
    static final long R = bits(7, 7);
    static final long D = bits(8, 8);
    static final long A = bits(9, 9);
    static final long G = bits(10, 10);
    static final long ADDRESS = bits(35, 12);
    static final long SOFTWARE = bits(59, 56);

    /** What a change of permissions takes from the new ones. */
    private static final long PROTECTION = V | U | PX | UX | R;

    /** The mask of the bits from {@code high} to {@code low}. */
    private static long bits(int high, int low) {
        return -1L >>> Long.SIZE - 1 - high & -1L << low;
    }

    /** A number in the place of a mask. */
    static long field(long mask, int value) {
        return (long) value << Long.numberOfTrailingZeros(mask);
    }

    /** The number that a word has in the place of a mask. */
    static int value(long word, long mask) {
        return (int) ((word & mask) >>> Long.numberOfTrailingZeros(mask));
    }

    /** Whether the machine lets a page be written. */
    static boolean isWritable(long word) {
        return (word & (R | D)) == D;
    }

    @Override
    public boolean isTable(long word, int level) {
        return level < Geometry.LAST_LEVEL && (word & (V | TABLE)) == (V | TABLE);
    }

    @Override
    public boolean isLeaf(long word, int level) {
        return (word & V) != 0 && !isTable(word, level);
    }

    @Override
    public long tableWord(long table) {
        return table | TABLE | V;
    }

    @Override
    public long tableAddress(long word) {
        return word & ADDRESS;
    }

    @Override
    public boolean leafAllowed(int level) {
        return level >= SampleRegime.GEOMETRY.startLevel();
    }

    @Override
    public long leafWord(long output, int level, long bits) {
        return output | bits;
    }

    @Override
    public long relocated(long word, int fromLevel, int toLevel, long output) {
        return output | word & ~ADDRESS;
    }

    @Override
    public long outputAddress(long word, int level) {
        return word & ADDRESS;
    }

    /** The address is in one piece. */
    @Override
    public long linearBytes(long output) {
        return Long.MAX_VALUE;
    }

    @Override
    public long modified(long word, long bits) {
        return word & ~PROTECTION | bits & PROTECTION;
    }

    @Override
    public boolean isAccessed(long word) {
        return (word & A) != 0;
    }

    @Override
    public long withAccessed(long word, boolean accessed) {
        return accessed ? word | A : word & ~A;
    }

    @Override
    public long dirtied(long word) {
        return word | D;
    }

    @Override
    public long populatedByWrite(long word) {
        return (word & R) == 0 ? dirtied(word) : word;
    }

    @Override
    public boolean isDirty(long word) {
        return (word & D) != 0;
    }

    @Override
    public long clean(long word) {
        return (word | A) & ~D;
    }

    @Override
    public long writeProtected(long word) {
        return word | R;
    }

    @Override
    public boolean needsBreak(long oldWord, long newWord, int level) {
        boolean madeGlobal = (~oldWord & newWord & G) != 0;
        return madeGlobal || ((oldWord ^ newWord) & (ADDRESS | TABLE | MTYPE)) != 0;
    }
}
