package pagefold.arm64;

import java.util.Map;
import java.util.TreeMap;
import pagefold.table.PageTableModel;

/** The words of all tables of a model. */
final class ImageWords {
    private ImageWords() {}

    /** Those that are not zero, by physical address. */
    static Map<Long, Long> of(PageTableModel model) {
        Map<Long, Long> all = new TreeMap<>();
        model.image((address, words, offset, length) -> {
            for (int i = 0; i < length; i++) {
                if (words[offset + i] != 0) {
                    all.put(address + 8L * i, words[offset + i]);
                }
            }
        });
        return all;
    }
}
