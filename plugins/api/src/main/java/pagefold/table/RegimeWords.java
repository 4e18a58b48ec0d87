package pagefold.table;

/**
 * The rules of a regime's words. That another kind of word and another address need a break is said here and not asked
 * of the format, so that a format that forgets them is found out; of attributes only the format knows.
 */
record RegimeWords(TableFormat format, Geometry geometry) implements PageTableModel.BreakRules {

    @Override
    public boolean isValid(long word, int level) {
        return format.isTable(word, level) || format.isLeaf(word, level);
    }

    @Override
    public boolean isTable(long word, int level) {
        return format.isTable(word, level);
    }

    @Override
    public long tableAddress(long word) {
        return format.tableAddress(word);
    }

    @Override
    public boolean needsBreak(long oldWord, long newWord, int level) {
        boolean wasTable = format.isTable(oldWord, level);
        if (wasTable != format.isTable(newWord, level)) {
            return true;
        }
        return wasTable
                ? format.tableAddress(oldWord) != format.tableAddress(newWord)
                : format.outputAddress(oldWord, level) != format.outputAddress(newWord, level)
                        || format.needsBreak(oldWord, newWord, level);
    }

    @Override
    public int entryShift(int level) {
        return geometry.shift(level);
    }
}
