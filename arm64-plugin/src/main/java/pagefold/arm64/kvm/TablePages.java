package pagefold.arm64.kvm;

import java.util.Arrays;
import pagefold.table.TableMemory;

/**
 * The pages of one set of tables and Linux's references on them: one of the table's parent, one of each counted entry.
 *
 * <p>References are counted as the kernel takes and drops them, not from the words: where the kernel takes one too many,
 * a page is never given back, and this must show.
 */
final class TablePages {
    /** Where tables begin; 0 is no table. */
    private static final long BASE = 0x4000_0000L;

    private final TableMemory memory;
    private final int pageBits;
    private int[] references = new int[16];
    private int live;

    /** Nothing yet, of at most {@code limit} bytes. */
    TablePages(int pageBits, long limit) {
        this.memory = new TableMemory(BASE, pageBits, limit);
        this.pageBits = pageBits;
    }

    TableMemory memory() {
        return memory;
    }

    /** A zeroed page with one reference, or 0 when there is none left. */
    long allocate() {
        if (memory.usedBytes() + (1L << pageBits) > memory.limit()) {
            return 0;
        }
        long page = memory.allocate();
        own(page);
        live++;
        return page;
    }

    /** A root: neighbouring pages that are given back together. Linux accounts for one page, but not for several. */
    long allocateRoot(int pages) {
        if (pages == 1) {
            return allocate();
        }
        long root = memory.allocate(pages);
        for (int i = 0; i < pages; i++) {
            own(root + ((long) i << pageBits));
        }
        return root;
    }

    private void own(long page) {
        int index = index(page);
        if (index >= references.length) {
            references = Arrays.copyOf(references, Math.max(index + 1, references.length * 2));
        }
        references[index] = 1;
    }

    /** References on the page that holds an address. */
    int references(long address) {
        return references[index(address)];
    }

    /** Takes a reference on the page that holds an address. */
    void get(long address) {
        references[index(address)]++;
    }

    /** Drops a reference on the page that holds an address; without any, a page of its own is given back. */
    void put(long address) {
        int left = --references[index(address)];
        if (left < 0) {
            throw new IllegalStateException(
                    "expected a reference on the page of " + Long.toHexString(address) + ", but it has none");
        }
        if (left == 0) {
            memory.free(address & -1L << pageBits, 1);
            live--;
        }
    }

    /** Gives back a root of several pages, whatever references are on them. */
    void freeRoot(long root, int pages) {
        if (pages == 1) {
            put(root);
        } else {
            memory.free(root, pages);
        }
    }

    /** Pages that are not given back, without those of a root of several. */
    int live() {
        return live;
    }

    long load(long entry) {
        return memory.load64(entry);
    }

    void store(long entry, long word) {
        memory.store64(entry, word);
    }

    private int index(long address) {
        return (int) (address - BASE >>> pageBits);
    }
}
