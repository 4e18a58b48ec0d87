package pagefold.server.compare;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import pagefold.model.AddressRange;
import pagefold.model.AddressSpace;
import pagefold.server.compare.Difference.Kind;
import pagefold.server.compare.Difference.Leaf;
import pagefold.server.replay.Projection;

/** Finds where two projections of one history differ, space by space and in address order. */
final class Differences {
    /** Most ranges that are listed; more are only counted. */
    static final int MAX_LISTED = 10_000;
    /** Most runs of equal leaves of one space that are compared. */
    static final int MAX_RUNS = 1 << 20;

    private final Projection left;
    private final Projection right;
    private final List<Difference> listed = new ArrayList<>();
    private final Map<Kind, Long> bytes = new EnumMap<>(Kind.class);
    private long count;
    private @Nullable Difference open;

    private record Run(AddressRange range, Leaf leaf) {}

    Differences(Projection left, Projection right) {
        this.left = left;
        this.right = right;
    }

    /**
     * Compares.
     *
     * @param space whose differences are wanted, or {@code null} for all spaces
     * @throws IllegalArgumentException when a space has more than {@link #MAX_RUNS} runs
     */
    void find(@Nullable String space) {
        Set<String> names = new TreeSet<>();
        for (Projection each : List.of(left, right)) {
            each.simulation().spaces().stream().map(AddressSpace::name).forEach(names::add);
        }
        for (String name : names) {
            if (space == null || space.equals(name)) {
                compare(name, runs(left, name), runs(right, name));
                close();
            }
        }
    }

    List<Difference> listed() {
        return List.copyOf(listed);
    }

    long count() {
        return count;
    }

    /** Bytes by what differs; a byte may be in several. */
    Map<Kind, Long> bytes() {
        return Collections.unmodifiableMap(bytes);
    }

    private static List<Run> runs(Projection projection, String space) {
        List<Run> runs = new ArrayList<>();
        if (projection.simulation().space(space) != null) {
            projection.model().mappings(space, (range, leaf, entry, attributes) -> {
                if (runs.size() == MAX_RUNS) {
                    throw new IllegalArgumentException("expected at most " + MAX_RUNS
                            + " runs of equal leaves in the space '" + space + "', but it has more");
                }
                runs.add(new Run(range, new Leaf(leaf, entry, attributes)));
            });
        }
        return runs;
    }

    /** One sweep over both; {@code at} is the address from which on nothing has been said. */
    private void compare(String space, List<Run> lefts, List<Run> rights) {
        int i = 0;
        int j = 0;
        long at = 0;
        while (i < lefts.size() || j < rights.size()) {
            Run a = i < lefts.size() ? lefts.get(i) : null;
            Run b = j < rights.size() ? rights.get(j) : null;
            long start = Math.min(start(a, at) + Long.MIN_VALUE, start(b, at) + Long.MIN_VALUE) - Long.MIN_VALUE;
            boolean inA = a != null && start(a, at) == start;
            boolean inB = b != null && start(b, at) == start;
            long last = -1;
            if (a != null) {
                last = lower(last, inA ? a.range().last() : a.range().start() - 1);
            }
            if (b != null) {
                last = lower(last, inB ? b.range().last() : b.range().start() - 1);
            }
            judge(space, new AddressRange(start, last), inA ? a.leaf() : null, inB ? b.leaf() : null);
            i += inA && a.range().last() == last ? 1 : 0;
            j += inB && b.range().last() == last ? 1 : 0;
            at = last + 1;
        }
    }

    private static long start(@Nullable Run run, long at) {
        if (run == null) {
            return -1;
        }
        long start = run.range().start();
        return Long.compareUnsigned(start, at) < 0 ? at : start;
    }

    private static long lower(long a, long b) {
        return Long.compareUnsigned(a, b) <= 0 ? a : b;
    }

    private void judge(String space, AddressRange range, @Nullable Leaf a, @Nullable Leaf b) {
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        if (a == null) {
            kinds.add(Kind.ONLY_RIGHT);
        } else if (b == null) {
            kinds.add(Kind.ONLY_LEFT);
        } else {
            kinds.addAll(kinds(a, b));
        }
        kinds.forEach(kind -> bytes.merge(kind, range.size(), Long::sum));
        Difference last = open;
        boolean joins = last != null
                && last.range().last() + 1 == range.start()
                && last.kinds().equals(kinds)
                && java.util.Objects.equals(last.left(), a)
                && java.util.Objects.equals(last.right(), b);
        if (joins) {
            open = new Difference(space, new AddressRange(last.range().start(), range.last()), kinds, a, b);
            return;
        }
        close();
        open = kinds.isEmpty() ? null : new Difference(space, range, kinds, a, b);
    }

    private static Set<Kind> kinds(Leaf a, Leaf b) {
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        int size = a.leafSize() != b.leafSize()
                ? Long.compareUnsigned(b.leafSize(), a.leafSize())
                : Long.compareUnsigned(b.entrySize(), a.entrySize());
        if (size != 0) {
            kinds.add(size < 0 ? Kind.FINER : Kind.COARSER);
        }
        if (!a.attributes().permissions().includes(b.attributes().permissions())) {
            kinds.add(Kind.WIDER);
        }
        if (!b.attributes().permissions().includes(a.attributes().permissions())) {
            kinds.add(Kind.NARROWER);
        }
        if (!a.sameAttributes(b)) {
            kinds.add(Kind.ATTRIBUTES);
        }
        return kinds;
    }

    private void close() {
        Difference done = open;
        open = null;
        if (done != null) {
            count++;
            if (listed.size() < MAX_LISTED) {
                listed.add(done);
            }
        }
    }
}
