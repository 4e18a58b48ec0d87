package pagefold.arm64.kvm;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * What KVM's tables hold, told in mappings and areas instead of words in memory: the leaves by their addresses, and
 * which aligned areas have a table. It knows Linux's rules, but neither pages nor references nor a walk.
 */
final class KvmModel {
    private static final long WRITABLE = 1L << 7;
    private static final long ACCESSED = 1L << 10;
    private static final long NEVER_EXECUTED = 1L << 54;
    private static final long SOFTWARE = 0xfL << 55;
    private static final long PERMISSIONS = NEVER_EXECUTED | 3L << 6;

    /** One mapping or annotation, with the level that it stands at. */
    record Entry(int level, long word) {
        boolean isValid() {
            return (word & 1) != 0;
        }
    }

    /** An area that has a table of a level. */
    record Area(int level, long start) {}

    final NavigableMap<Long, Entry> entries = new TreeMap<>();
    final Set<Area> tables = new HashSet<>();
    long invalidations;
    long flushes;
    long warnings;

    private final int granuleBits;
    private final int inputBits;
    private final int startLevel;
    private final int rootPages;
    private final Map<Area, Integer> neverFreed = new HashMap<>();

    KvmModel(int granuleBits, int inputBits, int startLevel) {
        this.granuleBits = granuleBits;
        this.inputBits = inputBits;
        this.startLevel = startLevel;
        this.rootPages = Math.max(1, 1 << Math.max(0, inputBits - shift(startLevel - 1)));
    }

    int shift(int level) {
        return granuleBits + (granuleBits - 3) * (3 - level);
    }

    private long size(int level) {
        return 1L << shift(level);
    }

    private long start(long address, int level) {
        return address & -size(level);
    }

    /** Live pages as Linux accounts for them. */
    int live() {
        return tables.size() + (rootPages == 1 ? 1 : 0);
    }

    private long end(long address, long size) {
        return start(start(address, 3) + size + size(3) - 1, 3);
    }

    private boolean isOutside(long address, long size) {
        long limit = 1L << inputBits;
        return Long.compareUnsigned(start(address, 3), limit) > 0
                || Long.compareUnsigned(end(address, size), limit) > 0;
    }

    private boolean fits(long address, long end, long physical, int level) {
        boolean blocks = level == 3 || level == 2 || level == 1 && granuleBits == 12;
        return blocks && end - address >= size(level) && ((address | physical) & size(level) - 1) == 0;
    }

    private Entry at(long start, int level) {
        Entry entry = entries.get(start);
        return entry != null && entry.level == level ? entry : null;
    }

    private Area below(long address, int level) {
        return new Area(level + 1, start(address, level));
    }

    // Stage 2.

    Outcome map(long address, long size, long physical, long attributes, boolean pagesOnly) {
        if (isOutside(address, size)) {
            return Outcome.OUT_OF_RANGE;
        }
        long at = start(address, 3);
        long to = start(physical, 3);
        long end = end(address, size);
        while (at < end) {
            int level = startLevel;
            while (!(fits(at, end, to, level) && (level == 3 || !pagesOnly))) {
                makeTable(at, level);
                level++;
            }
            if (!place(at, level, to | attributes | (level == 3 ? 3 : 1))) {
                return Outcome.AGAIN;
            }
            at += size(level);
            to += size(level);
        }
        return Outcome.DONE;
    }

    Outcome setOwner(long address, long size, long owner) {
        if (isOutside(address, size)) {
            return Outcome.OUT_OF_RANGE;
        }
        for (long at = start(address, 3); at < end(address, size); at += size(3)) {
            for (int level = startLevel; level < 3; level++) {
                makeTable(at, level);
            }
            place(at, 3, owner << 2);
        }
        return Outcome.DONE;
    }

    private void makeTable(long at, int level) {
        if (tables.add(below(at, level))) {
            Entry lost = at(start(at, level), level);
            if (lost != null) {
                remove(start(at, level));
            }
        }
    }

    private boolean place(long at, int level, long word) {
        if (tables.contains(below(at, level))) {
            flushes++;
            entries.subMap(at, at + size(level)).clear();
            tables.removeIf(area -> area.level > level && area.start >= at && area.start < at + size(level));
        }
        Entry old = at(at, level);
        if (old != null) {
            if (old.isValid() && (word & 1) != 0 && ((old.word ^ word) & ~PERMISSIONS) == 0) {
                return false;
            }
            remove(at);
        }
        if (word != 0) {
            entries.put(at, new Entry(level, word));
        }
        return true;
    }

    private void remove(long start) {
        Entry removed = entries.remove(start);
        if (removed != null && removed.isValid()) {
            invalidations += 2;
        }
    }

    Outcome unmap(long address, long size) {
        if (isOutside(address, size)) {
            return Outcome.OUT_OF_RANGE;
        }
        long from = start(address, 3);
        long end = end(address, size);
        touched(from, end).forEach(this::remove);
        for (int level = 3; level > startLevel; level--) {
            for (Area area : List.copyOf(tables)) {
                if (area.level == level && overlaps(area, from, end) && isEmpty(area)) {
                    tables.remove(area);
                    invalidations += 2;
                }
            }
        }
        return Outcome.DONE;
    }

    private List<Long> touched(long from, long end) {
        if (from >= end) {
            return List.of();
        }
        Long first = entries.floorKey(from);
        boolean before = first != null && first + size(entries.get(first).level) > from;
        return List.copyOf(entries.subMap(before ? first : from, end).keySet());
    }

    private boolean overlaps(Area area, long from, long end) {
        return from < end && area.start < end && area.start + size(area.level - 1) > from;
    }

    private boolean isEmpty(Area area) {
        long last = area.start + size(area.level - 1) - 1;
        return entries.subMap(area.start, true, last, true).isEmpty()
                && tables.stream()
                        .noneMatch(
                                other -> other.level > area.level && other.start >= area.start && other.start <= last);
    }

    void change(long address, long size, long set, long cleared) {
        if (!isOutside(address, size)) {
            for (long start : touched(start(address, 3), end(address, size))) {
                entries.computeIfPresent(
                        start, (key, old) -> old.isValid() ? new Entry(old.level, old.word & ~cleared | set) : old);
            }
        }
    }

    Outcome writeProtect(long address, long size) {
        change(address, size, 0, WRITABLE);
        return isOutside(address, size) ? Outcome.OUT_OF_RANGE : Outcome.DONE;
    }

    long age(long address, boolean young) {
        long before = word(address);
        change(address, 1, young ? ACCESSED : 0, young ? 0 : ACCESSED);
        return before;
    }

    Outcome relax(long address, long protection) {
        if (isOutside(address, 1)) {
            return Outcome.OUT_OF_RANGE;
        }
        long set = ((protection & 4) != 0 ? 1L << 6 : 0) | ((protection & 2) != 0 ? WRITABLE : 0);
        change(address, 1, set, (protection & 1) != 0 ? NEVER_EXECUTED : 0);
        invalidations += 2;
        return Outcome.DONE;
    }

    /** The valid word for an address, or 0. */
    long word(long address) {
        Map.Entry<Long, Entry> found = entries.floorEntry(address);
        boolean covers =
                found != null && address >>> inputBits == 0 && address - found.getKey() < size(found.getValue().level);
        return covers && found.getValue().isValid() ? found.getValue().word : 0;
    }

    // The hypervisor's tables.

    Outcome hypMap(long address, long size, long physical, long attributes) {
        if (isOutside(address, size)) {
            return Outcome.OUT_OF_RANGE;
        }
        long at = start(address, 3);
        long to = start(physical, 3);
        long end = end(address, size);
        int level = startLevel;
        while (at < end) {
            if (tables.contains(below(at, level))) {
                level++;
                continue;
            }
            Entry old = at(start(at, level), level);
            if (fits(at, end, to, level)) {
                Entry placed = new Entry(level, to | attributes | (level == 3 ? 3 : 1));
                to += size(level);
                if (old == null || ((old.word ^ placed.word) & ~SOFTWARE) == 0) {
                    entries.put(at, placed);
                    at += size(level);
                    level = startLevel;
                    continue;
                }
                warnings++;
            }
            if (level == 3) {
                warnings++;
                return Outcome.INVALID;
            }
            if (old != null) {
                warnings++;
                entries.remove(start(at, level));
                neverFreed.merge(new Area(level, level == startLevel ? 0 : start(at, level - 1)), 1, Integer::sum);
            }
            tables.add(below(at, level));
        }
        return Outcome.DONE;
    }

    long hypUnmap(long address, long size) {
        long end = end(address, size);
        long at = start(address, 3);
        long unmapped = 0;
        while (!isOutside(address, size) && at < end) {
            int level = startLevel;
            while (tables.contains(below(at, level))) {
                level++;
            }
            Entry entry = at(start(at, level), level);
            if (entry == null || end - at < size(level)) {
                return unmapped;
            }
            entries.remove(start(at, level));
            invalidations++;
            unmapped += size(level);
            long next = start(at, level) + size(level);
            leaveTables(at, next, end, level);
            at = next;
        }
        return unmapped;
    }

    /** Frees the tables around an address that a walk leaves when it goes on to the next one. */
    private void leaveTables(long at, long next, long end, int deepest) {
        for (int level = deepest; level > startLevel; level--) {
            Area area = new Area(level, start(at, level - 1));
            if (next < end && start(next, level - 1) == area.start) {
                return;
            }
            if (isEmpty(area) && !neverFreed.containsKey(area)) {
                tables.remove(area);
                invalidations++;
            }
        }
    }
}
