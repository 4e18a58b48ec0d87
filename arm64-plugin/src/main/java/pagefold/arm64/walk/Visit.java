package pagefold.arm64.walk;

/**
 * One word read by a walk.
 *
 * @param stage of the tables it belongs to
 * @param level of the table
 * @param table address of the table as that stage has it: stage 1's may be intermediate physical
 * @param index number of the entry
 * @param word what was read, in the machine's byte order
 */
record Visit(int stage, int level, long table, long index, long word) {}
