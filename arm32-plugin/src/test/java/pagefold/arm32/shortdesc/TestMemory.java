package pagefold.arm32.shortdesc;

import java.util.HashMap;
import java.util.Map;
import pagefold.table.PhysicalMemory;

/** A few words of memory. */
final class TestMemory implements PhysicalMemory {
    private final Map<Long, Integer> words = new HashMap<>();

    TestMemory put(long address, long word) {
        words.put(address, (int) word);
        return this;
    }

    @Override
    public long load64(long address) {
        return load32(address) & 0xffff_ffffL | (long) load32(address + 4) << 32;
    }

    @Override
    public int load32(long address) {
        return words.getOrDefault(address, 0);
    }
}
