package pagefold.table;

import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * The simulated physical memory that holds the tables of one simulation, and its allocator.
 *
 * <p>Memory is given out in pages of the granule, always at the lowest free address, so that the same history gives the
 * same addresses and freed tables are used again in a defined order. Each page counts its words that are not zero.
 */
public final class TableMemory implements PhysicalMemory {
    /** log2 of the unit in which Java memory is reserved: no table straddles two, and little is reserved in vain. */
    private static final int CHUNK_BITS = 16;

    private static final int CHUNK_WORDS = 1 << CHUNK_BITS - 3;

    private final long base;
    private final int pageBits;
    private final long limit;
    private long[][] chunks = new long[0][];
    private int[] live = new int[0];
    private final BitSet used = new BitSet();
    private int lowestFree;
    private int usedPages;
    /** The chunks that belong to another memory until they are written here; none unless this is a copy. */
    private @Nullable BitSet borrowed;

    /**
     * Empty memory.
     *
     * @param base lowest address, a multiple of 64 KB
     * @param pageBits log2 of a page, 12 to 16
     * @param limit most bytes that are given out
     */
    public TableMemory(long base, int pageBits, long limit) {
        this.base = base;
        this.pageBits = pageBits;
        this.limit = limit;
    }

    /**
     * The same memory, to try changes on: what it writes is not seen here. It is of no use any more when this memory
     * changes.
     */
    TableMemory copy() {
        TableMemory copy = new TableMemory(base, pageBits, limit);
        copy.chunks = chunks.clone();
        copy.live = live.clone();
        copy.used.or(used);
        copy.lowestFree = lowestFree;
        copy.usedPages = usedPages;
        copy.borrowed = new BitSet(chunks.length);
        copy.borrowed.set(0, chunks.length);
        return copy;
    }

    /** Free pages below the highest that is given out. */
    int gapPages() {
        return used.length() - usedPages;
    }

    /** Bytes given out now. */
    public long usedBytes() {
        return (long) usedPages << pageBits;
    }

    /** Most bytes that are given out. */
    public long limit() {
        return limit;
    }

    /** Takes a zeroed page at the lowest free address. */
    public long allocate() {
        return allocate(1);
    }

    /** Takes neighbouring zeroed pages, aligned to their number, at the lowest free address. */
    public long allocate(int pages) {
        int page = used.nextClearBit(lowestFree);
        if (pages == 1) {
            lowestFree = page + 1;
        } else {
            page = page + pages - 1 & -pages;
            while (used.nextSetBit(page) >= 0 && used.nextSetBit(page) < page + pages) {
                page += pages;
            }
        }
        long bytes = (long) (page + pages) << pageBits;
        if (bytes > limit) {
            throw new NoRoom("expected at most " + limit + " bytes of tables, but " + bytes
                    + " are needed (a check before the event should have refused it)");
        }
        reserve(bytes, page + pages);
        used.set(page, page + pages);
        usedPages += pages;
        return base + ((long) page << pageBits);
    }

    private void reserve(long bytes, int pages) {
        int needed = (int) (bytes + (1L << CHUNK_BITS) - 1 >>> CHUNK_BITS);
        if (needed > chunks.length) {
            int before = chunks.length;
            chunks = Arrays.copyOf(chunks, needed);
            for (int i = before; i < needed; i++) {
                chunks[i] = new long[CHUNK_WORDS];
            }
        }
        if (pages > live.length) {
            live = Arrays.copyOf(live, Math.max(pages, live.length + (live.length >> 3)));
        }
    }

    /** Gives pages back; they read as zero from now on. */
    public void free(long address, int pages) {
        int page = page(address);
        for (int i = 0; i < pages; i++) {
            long at = address + ((long) i << pageBits);
            Arrays.fill(chunk(at), offset(at), offset(at) + (1 << pageBits - 3), 0);
            live[page + i] = 0;
        }
        used.clear(page, page + pages);
        usedPages -= pages;
        lowestFree = Math.min(lowestFree, page);
    }

    /** Whether a page is given out at this address. */
    public boolean isUsed(long address) {
        long page = address - base >>> pageBits;
        return page < used.length() && used.get((int) page);
    }

    /** How many words of the page at this address are not zero. */
    public int live(long address) {
        return live[page(address)];
    }

    /** Says that {@code more} (or fewer, if negative) words of the page are no longer zero. */
    void addLive(long address, int more) {
        live[page(address)] += more;
    }

    private int page(long address) {
        return (int) (address - base >>> pageBits);
    }

    /** The array that holds the word at an address, for writing. */
    long[] chunk(long address) {
        int chunk = (int) (address - base >>> CHUNK_BITS);
        BitSet others = borrowed;
        if (others != null && others.get(chunk)) {
            chunks[chunk] = chunks[chunk].clone();
            others.clear(chunk);
        }
        return chunks[chunk];
    }

    /** Where in {@link #chunk} the word at an address is. */
    static int offset(long address) {
        return (int) (address >>> 3) & CHUNK_WORDS - 1;
    }

    @Override
    public long load64(long address) {
        long distance = address - base;
        int chunk = (int) (distance >>> CHUNK_BITS);
        return distance >= 0 && distance >>> CHUNK_BITS < chunks.length
                ? chunks[chunk][(int) (distance >>> 3) & CHUNK_WORDS - 1]
                : 0;
    }

    /** Stores a word of a page that is given out; who stores also counts. */
    public void store64(long address, long word) {
        chunk(address)[offset(address)] = word;
    }

    /** Stores half a word of a page that is given out; who stores also counts. */
    void store32(long address, int word) {
        long[] chunk = chunk(address);
        int offset = offset(address);
        int shift = (int) (address & 4) << 3;
        chunk[offset] = chunk[offset] & ~(0xffff_ffffL << shift) | (word & 0xffff_ffffL) << shift;
    }

    /** Every page given out, in ascending address order. */
    void forEachPage(PageTableModel.ImageSink sink) {
        for (int page = used.nextSetBit(0); page >= 0; page = used.nextSetBit(page + 1)) {
            long address = base + ((long) page << pageBits);
            sink.table(address, chunk(address), offset(address), 1 << pageBits - 3);
        }
    }
}
