package pagefold.table;

import org.jspecify.annotations.Nullable;

/**
 * The words of one space's tables in memory, entry by entry, and who is told of their changes.
 *
 * <p>Entries are named by table, level and an input address. A table is where hardware finds it.
 */
abstract class TableStore {
    final String space;
    final TableMemory memory;
    final Geometry geometry;
    final TableFormat format;

    @Nullable
    TableListener listener;

    TableStore(String space, TableMemory memory, TranslationRegime regime) {
        this.space = space;
        this.memory = memory;
        this.geometry = regime.geometry();
        this.format = regime.format();
    }

    /** The words of a space under a regime. */
    static TableStore of(String space, TableMemory memory, TranslationRegime regime) {
        return regime.geometry().group() == 1
                ? new LongWords(space, memory, regime)
                : new PairedShortWords(space, memory, regime);
    }

    /** The word of an entry, as the format reads it. */
    abstract long word(long table, int level, long address);

    /** The word that hardware reads at a place in a table. */
    abstract long hardwareWord(long table, int index);

    /** Changes the word of an entry, counts it, and tells of it. */
    abstract void store(long table, int level, long address, long word);

    /** Tells that the word of an entry is gone, as it will be when its table is freed. */
    abstract void reportGone(long table, int level, long address, long word);

    /** Writes neighbouring leaves of one table, all of them empty before, whose outputs follow one another. */
    abstract void fill(long table, int level, int count, long address, long first);

    /** Clears neighbouring entries of a last-level table; whether there was anything. */
    abstract boolean clear(long table, int level, long start, long last);

    /**
     * Whether a table whose words are gone must stay, since another one in its page has words; then it is empty from now
     * on.
     */
    abstract boolean mustStay(long table);

    /** How many entries of a table are not zero. */
    abstract int live(long table);

    /** Where in a page the table below one of the entries of a group is; {@code index} is the entry's in the group. */
    abstract long tableIn(long page, int index);

    void report(long address, int level, long oldWord, long newWord) {
        if (listener != null) {
            listener.wrote(address, level, oldWord, newWord);
        }
    }
}
