package pagefold.table;

import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import pagefold.model.StateSink;
import pagefold.model.StateSource;

/**
 * The simulated physical memory that holds the tables of one simulation, and its allocator.
 *
 * <p>Memory is given out in pages of the granule, always at the lowest free address, so that the same history gives the
 * same addresses and freed tables are used again in a defined order. Each page counts its words that are not zero.
 *
 * <p>Java memory is reserved in chunks and given back when a whole chunk is free, so that a space costs what its tables
 * do.
 */
public final class TableMemory implements PhysicalMemory {
    /** log2 of the least unit in which Java memory is reserved; no page straddles two units. */
    private static final int LEAST_CHUNK_BITS = 14;

    private static final int MOST_CHUNK_BITS = 16;
    /** Stand for every chunk that is not reserved: they read as zero and are never written. */
    private static final long[][] NOTHING = {new long[1 << LEAST_CHUNK_BITS - 3], new long[1 << MOST_CHUNK_BITS - 3]};

    private final long base;
    private final int pageBits;
    private final int chunkBits;
    private final int lastWord;
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
        this.chunkBits = pageBits <= LEAST_CHUNK_BITS ? LEAST_CHUNK_BITS : MOST_CHUNK_BITS;
        this.lastWord = (1 << chunkBits - 3) - 1;
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
        reserve(page, pages);
        used.set(page, page + pages);
        usedPages += pages;
        return base + ((long) page << pageBits);
    }

    /** Makes sure that pages, which are not given out yet, have chunks. */
    private void reserve(int page, int pages) {
        int first = chunkOf(page);
        int last = chunkOf(page + pages - 1);
        if (last >= chunks.length) {
            int before = chunks.length;
            chunks = Arrays.copyOf(chunks, last + 1);
            Arrays.fill(chunks, before, last + 1, nothing());
        }
        for (int chunk = first; chunk <= last; chunk++) {
            if (chunks[chunk] == nothing()) {
                chunks[chunk] = new long[lastWord + 1];
                own(chunk);
            }
        }
        if (page + pages > live.length) {
            live = Arrays.copyOf(live, Math.max(page + pages, live.length + (live.length >> 3)));
        }
    }

    private long[] nothing() {
        return NOTHING[chunkBits == LEAST_CHUNK_BITS ? 0 : 1];
    }

    private int chunkOf(int page) {
        return page >>> chunkBits - pageBits;
    }

    private boolean isFree(int chunk) {
        int first = chunk << chunkBits - pageBits;
        int next = used.nextSetBit(first);
        return next < 0 || chunkOf(next) != chunk;
    }

    private void own(int chunk) {
        if (borrowed != null) {
            borrowed.clear(chunk);
        }
    }

    /** Gives pages back; they read as zero from now on. */
    public void free(long address, int pages) {
        int page = page(address);
        used.clear(page, page + pages);
        usedPages -= pages;
        lowestFree = Math.min(lowestFree, page);
        Arrays.fill(live, page, page + pages, 0);
        release(page, pages);
    }

    /** Zeroes pages that are free now, and gives back the chunks that have nothing else. */
    private void release(int page, int pages) {
        int first = chunkOf(page);
        int last = chunkOf(page + pages - 1);
        for (int chunk = first; chunk <= last; chunk++) {
            if (isFree(chunk)) {
                chunks[chunk] = nothing();
                own(chunk);
            } else {
                clear(Math.max(page, chunk << chunkBits - pageBits), page + pages, chunk);
            }
        }
        int needed = used.length() == 0 ? 0 : chunkOf(used.length() - 1) + 1;
        if (needed < chunks.length >> 1) {
            chunks = Arrays.copyOf(chunks, needed);
            live = Arrays.copyOf(live, used.length());
        }
    }

    /** Zeroes the pages of a chunk from one on, up to another that is left out. */
    private void clear(int page, int end, int chunk) {
        int last = Math.min(end, chunk + 1 << chunkBits - pageBits);
        long from = base + ((long) page << pageBits);
        Arrays.fill(chunk(from), offset(from), offset(from) + (last - page << pageBits - 3), 0);
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
        int chunk = (int) (address - base >>> chunkBits);
        BitSet others = borrowed;
        if (others != null && others.get(chunk)) {
            chunks[chunk] = chunks[chunk].clone();
            others.clear(chunk);
        }
        return chunks[chunk];
    }

    /** Where in {@link #chunk} the word at an address is. */
    int offset(long address) {
        return (int) (address >>> 3) & lastWord;
    }

    @Override
    public long load64(long address) {
        // An address below the base is far beyond the last chunk, too.
        long chunk = address - base >>> chunkBits;
        return chunk < chunks.length ? chunks[(int) chunk][offset(address)] : 0;
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

    /** Writes down every page given out: its number, and runs of words that are a fixed step apart. */
    void save(StateSink sink) {
        sink.number(usedPages);
        for (int page = used.nextSetBit(0); page >= 0; page = used.nextSetBit(page + 1)) {
            long address = base + ((long) page << pageBits);
            sink.number(page);
            sink.number(live[page]);
            WordRuns.write(sink, chunks[chunkOf(page)], offset(address), 1 << pageBits - 3);
        }
    }

    /** Becomes the memory that was saved. */
    void restore(StateSource source) {
        int count = source.count((int) (limit >>> pageBits));
        for (int i = 0; i < count; i++) {
            int page = source.count((int) (limit >>> pageBits) - 1);
            reserve(page, 1);
            used.set(page);
            // Tables that share a page have a count each in it.
            live[page] = Math.toIntExact(source.number());
            long address = base + ((long) page << pageBits);
            WordRuns.read(source, chunk(address), offset(address), 1 << pageBits - 3);
        }
        usedPages = count;
        lowestFree = used.nextClearBit(0);
    }

    /** Every page given out, in ascending address order. */
    void forEachPage(PageTableModel.ImageSink sink) {
        for (int page = used.nextSetBit(0); page >= 0; page = used.nextSetBit(page + 1)) {
            long address = base + ((long) page << pageBits);
            sink.table(address, chunk(address), offset(address), 1 << pageBits - 3);
        }
    }
}
