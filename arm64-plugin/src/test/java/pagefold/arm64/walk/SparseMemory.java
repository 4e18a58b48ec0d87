package pagefold.arm64.walk;

import java.util.HashMap;
import java.util.Map;
import pagefold.table.PhysicalMemory;

/** Memory made word by word; what was not stored reads as zero. */
public final class SparseMemory implements PhysicalMemory, AtomicMemory {
    private final Map<Long, Long> words = new HashMap<>();

    @Override
    public long load64(long address) {
        return words.getOrDefault(address, 0L);
    }

    /** Stores a word. */
    public SparseMemory store(long address, long word) {
        words.put(address, word);
        return this;
    }

    @Override
    public boolean compareAndSet(long address, long expected, long word) {
        if (load64(address) != expected) {
            return false;
        }
        store(address, word);
        return true;
    }
}
