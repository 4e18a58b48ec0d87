package pagefold.arm64.walk;

/**
 * One word read by a walk.
 *
 * @param tree the tables it belongs to
 * @param level of the table
 * @param index number of the entry
 * @param entry physical address of the word
 * @param word what was read, in the machine's byte order
 */
record Visit(TableRange tree, int level, long index, long entry, long word) {}
