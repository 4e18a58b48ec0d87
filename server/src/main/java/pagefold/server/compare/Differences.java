package pagefold.server.compare;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import pagefold.model.AddressRange;
import pagefold.model.AddressSpace;
import pagefold.server.compare.Difference.Kind;
import pagefold.server.compare.Difference.Leaf;
import pagefold.server.replay.Projection;
import pagefold.server.replay.Trouble;

/** Finds where two projections of one history differ, space by space and in address order. */
final class Differences {
    /** Most ranges that are listed; more are only counted. */
    static final int MAX_LISTED = 10_000;
    /** Most runs of equal leaves of one space that are compared. */
    static final int MAX_RUNS = 1 << 20;

    private final Projection left;
    private final Projection right;
    private final Scope scope;
    private final List<Difference> listed = new ArrayList<>();
    private final Map<Kind, Long> bytes = new EnumMap<>(Kind.class);
    private long count;
    private @Nullable Difference open;

    /** What is compared. */
    enum Scope {
        /** Leaves and their attributes: what two plugins make of one state. */
        LEAVES,
        /** Where the bytes lead by the events, too: what differs between two states. */
        OUTPUTS_TOO
    }

    /** A space has more runs than are compared. */
    static final class TooManyRuns extends RuntimeException {
        private static final long serialVersionUID = 1;

        TooManyRuns(String space) {
            super("runs of equal leaves in the space '" + space + "' that is compared");
        }

        Trouble trouble() {
            return new Trouble.TooMuch(String.valueOf(getMessage()), MAX_RUNS);
        }
    }

    private record Run(AddressRange range, Leaf leaf) {

        /** What is at one of its addresses. */
        Leaf at(long address) {
            return leaf.advanced(address - range.start());
        }
    }

    Differences(Projection left, Projection right, Scope scope) {
        this.left = left;
        this.right = right;
        this.scope = scope;
    }

    /**
     * Compares.
     *
     * @param space whose differences are wanted, or {@code null} for all spaces
     * @throws TooManyRuns when a space has more than {@link #MAX_RUNS} runs
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

    private List<Run> runs(Projection projection, String name) {
        List<Run> runs = new ArrayList<>();
        AddressSpace space = projection.simulation().space(name);
        if (space != null) {
            projection.<@Nullable Void>inPlugin("listing its mappings", () -> {
                projection.model().mappings(name, (range, leaf, entry, attributes) -> {
                    Leaf bare = new Leaf(leaf, entry, attributes, null);
                    if (scope == Scope.OUTPUTS_TOO) {
                        addByRegion(runs, space, range, bare);
                    } else {
                        add(runs, range, bare);
                    }
                });
                return null;
            });
        }
        if (runs.size() > MAX_RUNS) {
            throw new TooManyRuns(name);
        }
        return runs;
    }

    /** Adds a run in parts, one for each region, and one for each gap that the tables translate all the same. */
    private static void addByRegion(List<Run> runs, AddressSpace space, AddressRange range, Leaf bare) {
        long[] at = {range.start()};
        boolean[] isDone = new boolean[1];
        space.forEachIn(range, region -> {
            AddressRange part = region.range().intersection(range);
            if (part.start() != at[0]) {
                add(runs, new AddressRange(at[0], part.start() - 1), bare);
            }
            Leaf whole = new Leaf(
                    bare.leafSize(),
                    bare.entrySize(),
                    bare.attributes(),
                    region.slice(part).output());
            add(runs, part, whole);
            at[0] = part.last() + 1;
            isDone[0] = part.last() == range.last();
        });
        if (!isDone[0]) {
            add(runs, new AddressRange(at[0], range.last()), bare);
        }
    }

    /** Adds a run; beyond the limit one more, so that it is seen. */
    private static void add(List<Run> runs, AddressRange range, Leaf leaf) {
        if (runs.size() <= MAX_RUNS) {
            runs.add(new Run(range, leaf));
        }
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
            judge(space, new AddressRange(start, last), inA ? a.at(start) : null, inB ? b.at(start) : null);
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
                && Objects.equals(next(last.left(), last), a)
                && Objects.equals(next(last.right(), last), b);
        if (joins) {
            AddressRange joined = new AddressRange(last.range().start(), range.last());
            open = new Difference(space, joined, kinds, last.left(), last.right());
            return;
        }
        close();
        open = kinds.isEmpty() ? null : new Difference(space, range, kinds, a, b);
    }

    /** What would follow without a change behind a difference. */
    private static @Nullable Leaf next(@Nullable Leaf leaf, Difference last) {
        return leaf == null ? null : leaf.advanced(last.range().size());
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
        if (!Objects.equals(a.output(), b.output())) {
            kinds.add(Kind.OUTPUT);
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
