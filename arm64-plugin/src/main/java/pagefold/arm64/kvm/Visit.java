package pagefold.arm64.kvm;

/**
 * One look at an entry.
 *
 * @param address where in the range the walk has come to; aligned to the entry's size except at the range's start
 * @param end the first address after the range
 * @param level the level of the entry's table
 * @param entry physical address of the entry
 * @param word what the entry holds at the time of the look
 */
record Visit(long address, long end, int level, long entry, long word) {}
