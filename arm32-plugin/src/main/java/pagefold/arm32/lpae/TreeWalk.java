package pagefold.arm32.lpae;

import static pagefold.arm32.lpae.Descriptor.ADDRESS;
import static pagefold.arm32.lpae.Descriptor.AF;

import org.jspecify.annotations.Nullable;
import pagefold.arm32.stage.DescriptorPath;
import pagefold.table.FaultKind;
import pagefold.table.PhysicalMemory;
import pagefold.table.Translation;

/**
 * Looks addresses up in trees, and keeps what the last look-up found.
 *
 * <p>Arm ARM G5.5, AArch32.TranslationTableWalkLD: per level the way to the descriptor, Translation fault, Address size
 * fault; of the leaf the Access flag. Permissions are the caller's to check. Used by one thread at a time.
 */
final class TreeWalk {
    private final PhysicalMemory memory;
    /** {@code null}: addresses of descriptors are physical. */
    private final @Nullable DescriptorPath path;

    /** The leaf that was found. */
    long leaf;
    /** The table descriptors on the way to it, or-ed. */
    long tables;
    /** The level of the word read last. */
    int level;
    /** log2 of what an entry of that level translates. */
    int shift;

    /** Hears of every word that is read. */
    @FunctionalInterface
    interface Visitor {
        /**
         * A word.
         *
         * @param entry its physical address
         * @param index its number in its table
         */
        void word(Tree tree, int level, long entry, int index, long word);
    }

    TreeWalk(PhysicalMemory memory, @Nullable DescriptorPath path) {
        this.memory = memory;
        this.path = path;
    }

    /** The output address, or the fault of an access that every permission allows. */
    long find(Tree tree, long address, @Nullable Visitor visitor) {
        if (tree.startFault != 0) {
            level = Translation.level(tree.startFault);
            return tree.startFault;
        }
        long table = tree.root;
        long inherited = 0;
        int at = tree.startLevel;
        int bits = tree.startShift;
        long lastEntry = tree.lastEntry;
        while (true) {
            long index = address >>> bits & lastEntry;
            long entry = table | index << 3;
            long physical = path == null ? entry : path.physical(entry);
            if (physical < 0) {
                return physical;
            }
            long loaded = memory.load64(physical);
            long word = tree.isBigEndian ? Long.reverseBytes(loaded) : loaded;
            if (visitor != null) {
                visitor.word(tree, at, physical, (int) index, word);
            }
            boolean isTable = Descriptor.isTable(word, at);
            if (!isTable && !Descriptor.isLeaf(word, at)) {
                return fault(FaultKind.TRANSLATION, at, tree);
            }
            if ((word & tree.beyond) != 0) {
                return fault(FaultKind.ADDRESS_SIZE, at, tree);
            }
            if (!isTable) {
                leaf = word;
                tables = inherited;
                level = at;
                shift = bits;
                long inLeaf = (1L << bits) - 1;
                return (word & AF) == 0
                        ? fault(FaultKind.ACCESS_FLAG, at, tree)
                        : word & ADDRESS & ~inLeaf | address & inLeaf;
            }
            inherited |= word;
            table = word & ADDRESS;
            at++;
            bits -= Tree.STRIDE;
            lastEntry = Tree.LAST_ENTRY;
        }
    }

    private long fault(FaultKind kind, int at, Tree tree) {
        level = at;
        return Translation.fault(kind, at, tree.stage);
    }
}
