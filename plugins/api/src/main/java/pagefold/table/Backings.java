package pagefold.table;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import pagefold.model.Simulation;
import pagefold.model.StateSink;
import pagefold.model.StateSource;

/**
 * Where the model has placed the frames of backing objects, and the private copies of pages.
 *
 * <p>An object keeps its frames as long as any page of it is mapped anywhere. A private copy belongs to the words that
 * point to it and is counted.
 */
final class Backings {
    private final FramePool pool;
    private Map<String, Backing> objects = new HashMap<>();
    private final Copies copies;

    /** Receives a run of an object's bytes that lies in neighbouring frames. */
    @FunctionalInterface
    interface Placed {
        void run(long offset, long bytes, long frame);
    }

    private record Extent(long offset, long bytes, long frame) {
        long end() {
            return offset + bytes;
        }
    }

    /**
     * Most objects have one extent, and a simulation may have as many objects as regions: the only one has no tree and
     * no object of its own.
     */
    private static final class Backing {
        private long mappedBytes;
        private long offset;
        /** 0 when there is no extent, or there are several. */
        private long bytes;

        private long frame;
        private @Nullable NavigableMap<Long, Extent> more;

        Backing copy() {
            Backing copy = new Backing();
            copy.mappedBytes = mappedBytes;
            copy.keep(offset, bytes, frame);
            copy.more = more == null ? null : new TreeMap<>(more);
            return copy;
        }

        private void keep(long newOffset, long newBytes, long newFrame) {
            offset = newOffset;
            bytes = newBytes;
            frame = newFrame;
        }

        void add(Extent extent) {
            if (more == null && bytes == 0) {
                keep(extent.offset, extent.bytes, extent.frame);
                return;
            }
            if (more == null) {
                more = new TreeMap<>();
                more.put(offset, only());
                keep(0, 0, 0);
            }
            more.put(extent.offset, extent);
        }

        private Extent only() {
            return new Extent(offset, bytes, frame);
        }

        /** All of them, in order. */
        Collection<Extent> extents() {
            return more != null ? more.values() : bytes == 0 ? List.of() : List.of(only());
        }

        /** Those that begin in a range, and the last one before it. */
        Collection<Extent> around(long start, long last) {
            if (more == null) {
                return extents();
            }
            Long first = more.floorKey(start);
            return more.subMap(first == null ? start : first, true, last, true).values();
        }

        /** The last one that begins at an offset or before it. */
        @Nullable
        Extent floor(long at) {
            return more != null ? valueOf(more.floorEntry(at)) : bytes != 0 && offset <= at ? only() : null;
        }

        /** The first one that begins behind an offset. */
        @Nullable
        Extent higher(long at) {
            return more != null ? valueOf(more.higherEntry(at)) : bytes != 0 && offset > at ? only() : null;
        }

        private static @Nullable Extent valueOf(Map.@Nullable Entry<Long, Extent> entry) {
            return entry == null ? null : entry.getValue();
        }
    }

    Backings(FramePool pool) {
        this(pool, new Copies());
    }

    private Backings(FramePool pool, Copies copies) {
        this.pool = pool;
        this.copies = copies;
    }

    /** The same objects and copies, to try changes on. */
    Backings copy(FramePool otherPool) {
        Backings copy = new Backings(otherPool, copies.copy());
        objects.forEach((name, backing) -> copy.objects.put(name, backing.copy()));
        return copy;
    }

    /** Writes down all objects, by name, and all copies. */
    void save(StateSink sink) {
        sink.number(objects.size());
        new TreeMap<>(objects).forEach((name, backing) -> {
            sink.text(name);
            sink.number(backing.mappedBytes);
            sink.number(backing.extents().size());
            for (Extent extent : backing.extents()) {
                sink.number(extent.offset);
                sink.number(extent.bytes);
                sink.number(extent.frame);
            }
        });
        copies.save(sink);
    }

    /** Becomes the backings that were saved; the pool is restored apart. */
    void restore(StateSource source) {
        int count = source.count(Integer.MAX_VALUE);
        objects = HashMap.newHashMap(Math.min(count, Simulation.MAX_REGIONS));
        for (int i = 0; i < count; i++) {
            Backing backing = new Backing();
            objects.put(source.text(), backing);
            backing.mappedBytes = source.number();
            int extents = source.count(Integer.MAX_VALUE);
            for (int j = 0; j < extents; j++) {
                long offset = source.number();
                backing.add(new Extent(offset, source.number(), source.number()));
            }
        }
        copies.restore(source);
    }

    /** Whether some of an object's bytes have frames. */
    boolean hasFrames(String object, long offset, long bytes) {
        Backing backing = objects.get(object);
        Extent lastBefore = backing == null ? null : backing.floor(offset + (bytes - 1));
        return lastBefore != null && lastBefore.end() > offset;
    }

    /** Whether the frames that some of an object's bytes have lie in whole units, each aligned to its size. */
    boolean fits(String object, long offset, long bytes, long unit) {
        Backing backing = objects.get(object);
        if (backing == null) {
            return true;
        }
        for (Extent extent : backing.around(offset, offset + (bytes - 1))) {
            long start = Math.max(offset, extent.offset);
            long end = Math.min(offset + bytes, extent.end());
            long misfit = start | end | extent.frame + (start - extent.offset);
            if (start < end && (misfit & unit - 1) != 0) {
                return false;
            }
        }
        return true;
    }

    /** In how many runs an object's frames are. */
    int runs(String object) {
        Backing backing = objects.get(object);
        return backing == null ? 0 : backing.extents().size();
    }

    /** Counts a mapping of so many bytes of an object. */
    void count(String object, long bytes) {
        objects.computeIfAbsent(object, name -> new Backing()).mappedBytes += bytes;
    }

    /**
     * Gives the frames of an object's bytes run by run, placing those that have none yet. The object must be counted.
     *
     * @param alignment new frames start at {@code address} modulo this power of two
     * @param address where the first byte is mapped
     */
    void place(String object, long offset, long bytes, long alignment, long address, Placed placed) {
        Backing backing = objects.get(object);
        if (backing == null) {
            throw new IllegalStateException("expected the object " + object + " to be mapped, but it is not");
        }
        long end = offset + bytes;
        for (long at = offset; at < end; ) {
            Extent extent = extentAt(backing, at);
            if (extent == null) {
                Extent next = backing.higher(at);
                long size = Math.min(end, next == null ? end : next.offset) - at;
                extent = new Extent(at, size, pool.take(size, alignment, address + (at - offset)));
                backing.add(extent);
            }
            long size = Math.min(end, extent.end()) - at;
            placed.run(at, size, extent.frame + (at - extent.offset));
            at += size;
        }
    }

    /** Ends the mapping of so many bytes of an object; with the last one, all frames of the object go. */
    void uncount(String object, long bytes) {
        Backing backing = objects.get(object);
        if (backing == null) {
            return;
        }
        backing.mappedBytes -= bytes;
        if (backing.mappedBytes == 0) {
            backing.extents().forEach(extent -> pool.give(extent.frame, extent.bytes));
            objects.remove(object);
        }
    }

    /** Takes a frame for a private copy of one page of so many bytes, which is still to be counted. */
    long takeFrame(long pageSize) {
        return pool.take(pageSize, pageSize, 0);
    }

    /** Counts frames that were taken as private copies, with one word that points to each. */
    void addCopies(long frame, long bytes) {
        copies.add(frame, bytes);
    }

    boolean isCopy(long frame) {
        return copies.references(frame) > 0;
    }

    /** How many words point to a private copy. */
    int references(long frame) {
        return copies.references(frame);
    }

    /** Counts one more word that points to each of neighbouring private copies. */
    void shareCopies(long frame, long bytes) {
        copies.share(frame, bytes);
    }

    /** Counts one word fewer that points to each of neighbouring private copies; those with none are given back. */
    void dropCopies(long frame, long bytes) {
        copies.drop(frame, bytes, pool::give);
    }

    /** Whether there are private copies at all. */
    boolean hasCopies() {
        return !copies.isEmpty();
    }

    private static @Nullable Extent extentAt(Backing backing, long offset) {
        Extent extent = backing.floor(offset);
        return extent != null && offset < extent.end() ? extent : null;
    }
}
