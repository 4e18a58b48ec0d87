package pagefold.table;

import java.util.Arrays;

/**
 * Tables of 32-bit words as Linux lays them out on arm32: one page has the tables of two neighbouring level 1 entries,
 * and of each page the word that software keeps beside the one that hardware reads.
 *
 * <pre>
 *      0  software's words for the even entry, 256 of them
 *   1024  software's words for the odd entry
 *   2048  the even entry's table
 *   3072  the odd entry's table
 * </pre>
 *
 * <p>A last-level word is software's; what hardware reads follows from it ({@link TableFormat#hardwareWord}).
 */
final class PairedShortWords extends TableStore {
    private static final int WORD_BITS = 2;
    private static final long WORD = 0xffff_ffffL;
    private static final long TABLE_BYTES = 1024;
    /** From a table to software's words for it. */
    private static final long SOFTWARE = -2048;

    /** The words of a page's second table are counted in the upper half of the page's count. */
    private static final int ODD_LIVE_SHIFT = 16;

    PairedShortWords(String space, TableMemory memory, TranslationRegime regime) {
        super(space, memory, regime);
    }

    private boolean isLast(int level) {
        return level == geometry.lastLevel();
    }

    private long at(long table, int level, long address) {
        return table + ((long) geometry.index(address, level) << WORD_BITS);
    }

    private long load(long address) {
        return memory.load32(address) & WORD;
    }

    @Override
    long word(long table, int level, long address) {
        long at = at(table, level, address);
        return load(isLast(level) ? at + SOFTWARE : at);
    }

    @Override
    long hardwareWord(long table, int index) {
        return load(table + ((long) index << WORD_BITS));
    }

    @Override
    void store(long table, int level, long address, long word) {
        long at = at(table, level, address);
        boolean isLast = isLast(level);
        long old = load(isLast ? at + SOFTWARE : at);
        if (old == word) {
            return;
        }
        if (old == 0 || word == 0) {
            addLive(table, word == 0 ? -1 : 1);
        }
        if (isLast) {
            put(at + SOFTWARE, TableListener.SOFTWARE_LEVEL, word);
            put(at, level, format.hardwareWord(word));
        } else {
            put(at, level, word);
        }
    }

    private void put(long at, int level, long word) {
        long old = load(at);
        if (old != word) {
            memory.store32(at, (int) word);
            report(at, level, old, word);
        }
    }

    @Override
    void reportGone(long table, int level, long address, long word) {
        long at = at(table, level, address);
        if (isLast(level)) {
            report(at + SOFTWARE, TableListener.SOFTWARE_LEVEL, word, 0);
            long hardware = load(at);
            if (hardware != 0) {
                report(at, level, hardware, 0);
            }
        } else {
            report(at, level, word, 0);
        }
    }

    @Override
    void fill(long table, int level, int count, long address, long first) {
        long step = 1L << geometry.shift(level);
        if (listener != null || !isLast(level)) {
            for (int i = 0; i < count; i++) {
                store(table, level, address + i * step, first + i * step);
            }
            return;
        }
        long at = at(table, level, address);
        put(at + SOFTWARE, count, first, step);
        long hardware = format.hardwareWord(first);
        if (hardware != 0) {
            put(at, count, hardware, step);
        }
        addLive(table, count);
    }

    /** Puts words that differ by a step where none are; two of them are in one long. */
    private void put(long at, int count, long first, long step) {
        long[] chunk = memory.chunk(at);
        int i = memory.offset(at);
        long word = first;
        int left = count;
        if ((at & 4) != 0) {
            chunk[i] |= word << Integer.SIZE;
            word += step;
            i++;
            left--;
        }
        for (; left > 1; left -= 2) {
            chunk[i++] = word | word + step << Integer.SIZE;
            word += step << 1;
        }
        if (left == 1) {
            chunk[i] |= word;
        }
    }

    @Override
    boolean clear(long table, int level, long start, long last) {
        long at = at(table, level, start);
        int count = (int) (last - start >>> geometry.shift(level)) + 1;
        int cleared = 0;
        for (int i = 0; i < count; i++) {
            long hardware = at + ((long) i << WORD_BITS);
            if (memory.load32(hardware + SOFTWARE) != 0) {
                put(hardware + SOFTWARE, TableListener.SOFTWARE_LEVEL, 0);
                put(hardware, level, 0);
                cleared++;
            }
        }
        addLive(table, -cleared);
        return cleared > 0;
    }

    private static boolean isOdd(long table) {
        return (table & TABLE_BYTES) != 0;
    }

    private void addLive(long table, int more) {
        memory.addLive(table, isOdd(table) ? more << ODD_LIVE_SHIFT : more);
    }

    @Override
    int live(long table) {
        int both = memory.live(table);
        return isOdd(table) ? both >>> ODD_LIVE_SHIFT : both & (1 << ODD_LIVE_SHIFT) - 1;
    }

    @Override
    boolean mustStay(long table) {
        if (live(table ^ TABLE_BYTES) == 0) {
            return false;
        }
        int live = live(table);
        if (live > 0) {
            empty(table);
            empty(table + SOFTWARE);
            addLive(table, -live);
        }
        return true;
    }

    /** Empties the words of one table, two in each long. */
    private void empty(long words) {
        int offset = memory.offset(words);
        Arrays.fill(memory.chunk(words), offset, offset + (int) (TABLE_BYTES / Long.BYTES), 0);
    }

    @Override
    long tableIn(long page, int index) {
        return page - SOFTWARE + index * TABLE_BYTES;
    }
}
