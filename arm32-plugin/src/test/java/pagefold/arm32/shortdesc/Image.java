package pagefold.arm32.shortdesc;

import java.util.HashMap;
import java.util.Map;
import pagefold.table.PageTableModel;
import pagefold.table.PhysicalMemory;

/** The tables of a model as memory, taken at one moment. */
final class Image implements PhysicalMemory {
    private final Map<Long, Long> words = new HashMap<>();

    Image(PageTableModel model) {
        model.image((address, chunk, offset, length) -> {
            for (int i = 0; i < length; i++) {
                words.put(address + 8L * i, chunk[offset + i]);
            }
        });
    }

    @Override
    public long load64(long address) {
        return words.getOrDefault(address, 0L);
    }
}
