package pagefold.table;

/**
 * Hears of every descriptor word that an event changes, and of the maintenance that the change owes.
 *
 * <p>Words come in the order in which software would write them; where break-before-make is owed, the broken (zero)
 * word and the invalidation come before the new word.
 */
public interface TableListener {

    /**
     * The level of words that software keeps beside its tables and hardware never reads, as Linux does for each page of
     * short descriptors; no table is at this level.
     */
    int SOFTWARE_LEVEL = 4;

    /** A word changed: {@code oldWord} and {@code newWord} differ. */
    void wrote(long address, int level, long oldWord, long newWord);

    /**
     * Translations of a range are invalidated: TLBI by address for {@code [start, last]}.
     *
     * @param leafOnly whether only last-level entries are concerned, not walk caches
     */
    void invalidated(String space, long start, long last, boolean leafOnly);

    /** All translations of a space are invalidated. */
    void invalidatedAll(String space);
}
