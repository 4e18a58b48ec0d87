package pagefold.table;

/**
 * The meaning of words: pure functions on {@code long}, for the tables of one regime.
 *
 * <p>A word is zero (nothing), a table, or a <em>leaf word</em>. A leaf word may be invalid to hardware and still hold
 * an address and attributes (memory that is there but grants nothing); only zero is empty. <em>Leaf bits</em> are a
 * leaf word without its output address, type bit and Contiguous bit; they carry the Valid bit.
 *
 * <p><b>Guarantees.</b>
 *
 * <ol>
 *   <li>No state, no side effects.
 *   <li>{@code outputAddress(leafWord(a, l, b), l) == a} for every address that is a multiple of the leaf's size and
 *       within the output size.
 *   <li>Levels are hardware levels, from the start level to 3.
 * </ol>
 */
public interface TableFormat {

    /** Whether the word points to a table of the next level. */
    boolean isTable(long word, int level);

    /** Whether the word is a block or page that hardware would use. */
    boolean isLeaf(long word, int level);

    /** The word that points to a table. */
    long tableWord(long table);

    /**
     * The word at a level that points to a table of the next one; a format whose table words do not depend on the level
     * leaves this as it is.
     */
    default long tableWord(long table, int level) {
        return tableWord(table);
    }

    /**
     * What hardware reads for a last-level word; only where software keeps words of its own beside its tables is this
     * another word.
     */
    default long hardwareWord(long word) {
        return word;
    }

    /** Where a table word points. */
    long tableAddress(long word);

    /** Whether the policy of the profile places leaves at this level. */
    boolean leafAllowed(int level);

    /** A leaf word without the Contiguous bit. */
    long leafWord(long output, int level, long bits);

    /** The same leaf word for another level and output address, without the Contiguous bit. */
    long relocated(long word, int fromLevel, int toLevel, long output);

    /** The output address of a leaf word's first byte. */
    long outputAddress(long word, int level);

    /**
     * For how many bytes from {@code output} on adding a number of bytes to a leaf word adds them to its address; a
     * format whose address field is in one piece answers {@link Long#MAX_VALUE}.
     */
    long linearBytes(long output);

    /** How many neighbouring leaves of a level form a contiguous run, by the policy of the profile; 1 where none do. */
    default int contiguousEntries(int level) {
        return 1;
    }

    /** Whether a leaf word is marked as part of a contiguous run; never where a format has no such mark. */
    default boolean isContiguous(long word) {
        return false;
    }

    /** The word with or without the mark; the same where a format has none. */
    default long withContiguous(long word, boolean contiguous) {
        return word;
    }

    /** The word with other leaf bits: address, type, Contiguous bit, accessed and dirty state stay as they are. */
    long modified(long word, long bits);

    boolean isAccessed(long word);

    long withAccessed(long word, boolean accessed);

    /** The word after a write to a page that may be written: what hardware, or where it does not, software makes. */
    long dirtied(long word);

    /** The word with the dirty state that software keeps, whatever hardware's says (Linux's {@code pte_mkdirty}). */
    default long markedDirty(long word) {
        return dirtied(word);
    }

    /** The word of a page that the kernel's own fault handler made for a write; the same where it may not be written. */
    long populatedByWrite(long word);

    /** Whether writes have reached the page since it was last clean. */
    boolean isDirty(long word);

    /** The word as it was when the page was mapped: accessed, clean. */
    long clean(long word);

    /** The word of a page that may not be written for now; its dirty state is kept. */
    long writeProtected(long word);

    /**
     * Whether a live word must be made invalid, and invalidated in TLBs, before the other is written (Arm ARM D8.16).
     * Both are valid and differ.
     */
    boolean needsBreak(long oldWord, long newWord, int level);
}
