package pagefold.arm64.walk;

/** Where a walk through one stage ended; overwritten by the next one. */
final class Leaf {
    /** The last word read. */
    long word;
    /** The table descriptors on the way, or-ed. */
    long tables;

    int level;
    /** log2 of what the leaf translates. */
    int shift;
    /** Address of the word, as the stage has it. */
    long entry;
}
