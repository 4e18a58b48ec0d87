package pagefold.table;

/** Tables of 64-bit words, each in pages of its own. */
final class LongWords extends TableStore {
    private static final int WORD_BITS = 3;

    LongWords(String space, TableMemory memory, TranslationRegime regime) {
        super(space, memory, regime);
    }

    private long at(long table, int level, long address) {
        return table + ((long) geometry.index(address, level) << WORD_BITS);
    }

    @Override
    long word(long table, int level, long address) {
        return memory.load64(at(table, level, address));
    }

    @Override
    long hardwareWord(long table, int index) {
        return memory.load64(table + ((long) index << WORD_BITS));
    }

    @Override
    void store(long table, int level, long address, long word) {
        long at = at(table, level, address);
        long old = memory.load64(at);
        if (old != word) {
            memory.store64(at, word);
            if (old == 0) {
                memory.addLive(table, 1);
            } else if (word == 0) {
                memory.addLive(table, -1);
            }
            report(at, level, old, word);
        }
    }

    @Override
    void reportGone(long table, int level, long address, long word) {
        report(at(table, level, address), level, word, 0);
    }

    @Override
    void fill(long table, int level, int count, long address, long first) {
        long step = 1L << geometry.shift(level);
        long at = at(table, level, address);
        long[] chunk = memory.chunk(at);
        int offset = memory.offset(at);
        if (listener != null || offset + count > chunk.length) {
            for (int i = 0; i < count; i++) {
                store(table, level, address + i * step, first + i * step);
            }
            return;
        }
        long word = first;
        for (int i = offset, end = offset + count; i < end; i++) {
            assert chunk[i] == 0 : "an entry that should be empty is not";
            chunk[i] = word;
            word += step;
        }
        memory.addLive(table, count);
    }

    @Override
    boolean clear(long table, int level, long start, long last) {
        long at = at(table, level, start);
        int count = (int) (last - start >>> geometry.shift(level)) + 1;
        int cleared = 0;
        for (int done = 0; done < count; ) {
            long from = at + 8L * done;
            long[] chunk = memory.chunk(from);
            int offset = memory.offset(from);
            int n = Math.min(count - done, chunk.length - offset);
            for (int i = offset; i < offset + n; i++) {
                long word = chunk[i];
                if (word != 0) {
                    chunk[i] = 0;
                    cleared++;
                    report(from + 8L * (i - offset), level, word, 0);
                }
            }
            done += n;
        }
        if (cleared > 0) {
            memory.addLive(table, -cleared);
        }
        return cleared > 0;
    }

    @Override
    boolean mustStay(long table) {
        return false;
    }

    @Override
    int live(long table) {
        return memory.live(table);
    }

    @Override
    long tableIn(long page, int index) {
        return page;
    }
}
