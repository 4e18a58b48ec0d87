package pagefold.table;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.model.AddressRange;
import pagefold.model.AddressSpace;
import pagefold.model.MemoryEvent;
import pagefold.model.MemoryEvent.Annotated;
import pagefold.model.MemoryEvent.InKernel;
import pagefold.model.MemoryEvent.KernelCopied;
import pagefold.model.MemoryEvent.PluginSelected;
import pagefold.model.MemoryEvent.RangeAged;
import pagefold.model.MemoryEvent.RangeMapped;
import pagefold.model.MemoryEvent.RangeMoved;
import pagefold.model.MemoryEvent.RangeProtected;
import pagefold.model.MemoryEvent.RangeRelaxed;
import pagefold.model.MemoryEvent.RangeSplit;
import pagefold.model.MemoryEvent.RangeTouched;
import pagefold.model.MemoryEvent.RangeUnmapped;
import pagefold.model.MemoryEvent.RangeWriteProtected;
import pagefold.model.MemoryEvent.SpaceCreated;
import pagefold.model.MemoryEvent.SpaceDestroyed;
import pagefold.model.MemoryEvent.SpaceForked;
import pagefold.model.MemoryEvent.WithKernel;
import pagefold.model.Region;
import pagefold.model.Rejection;
import pagefold.model.Simulation;
import pagefold.model.StateSink;
import pagefold.model.StateSource;
import pagefold.model.Step;

/**
 * Turns the steps of a history into steps on whole pages, which the tables can hold: {@code coarsen: widen}.
 *
 * <p>It keeps a second neutral state, the widened one. What a mapping, an unmapping, new permissions and moves that do
 * not fit leave of the exact state is compared page by page with what was there, and only differences become events: a
 * mapping over what is mapped so already becomes none. All other events go through, to whole pages where they may. So
 * words can be older than without widening, and where it matters how a live word of a kernel came to be, a later change
 * of it may be refused ({@link Rejection.UnsafeChange}) that would pass without, or an access to it be found to fault,
 * as of a page that is clean there ({@link Rejection.WrongMemory}).
 */
final class Widening {
    private final ModelSetup setup;
    private Simulation widened;
    private Simulation exact;

    /** The steps that one step becomes, or why it becomes none. */
    record Outcome(List<Step> steps, @Nullable Rejection rejection) {}

    Widening(ModelSetup setup) {
        this(setup, Simulation.EMPTY, Simulation.EMPTY);
    }

    private Widening(ModelSetup setup, Simulation widened, Simulation exact) {
        this.setup = setup;
        this.widened = widened;
        this.exact = exact;
    }

    /** The same state, to try steps on. */
    Widening copy() {
        return new Widening(setup, widened, exact);
    }

    void save(StateSink sink) {
        widened.save(sink);
        exact.save(sink);
    }

    /** Becomes what was saved. */
    void restore(StateSource source) {
        widened = Simulation.restored(source);
        exact = Simulation.restored(source);
    }

    /** The steps on whole pages for the next step of the history. Where it is refused, nothing has changed. */
    Outcome next(Step step) {
        List<MemoryEvent> events = new ArrayList<>();
        Rejection rejection = translate(step, events);
        if (rejection != null) {
            return new Outcome(List.of(), rejection);
        }
        List<Step> steps = new ArrayList<>();
        for (MemoryEvent event : events) {
            Step next = Step.of(widened, event);
            steps.add(next);
            widened = next.after();
        }
        exact = step.after();
        return new Outcome(steps, null);
    }

    private @Nullable Rejection translate(Step step, List<MemoryEvent> events) {
        MemoryEvent event = step.event();
        switch (event) {
            case RangeMapped e -> {
                return diff(step, e.space(), List.of(e.range()), events);
            }
            case RangeUnmapped e -> {
                return diff(step, e.space(), List.of(e.range()), events);
            }
            case RangeProtected e -> {
                return diff(step, e.space(), List.of(e.range()), events);
            }
            case RangeMoved e -> {
                return fits(step, e) ? pass(e, events) : diff(step, e.space(), List.of(e.from(), e.to()), events);
            }
            case RangeAged e -> {
                return pass(new RangeAged(e.space(), whole(step, e.space(), e.range())), events);
            }
            case RangeWriteProtected e -> {
                return pass(new RangeWriteProtected(e.space(), whole(step, e.space(), e.range())), events);
            }
            case RangeRelaxed e -> {
                return diff(step, e.space(), List.of(e.range()), events);
            }
            case RangeSplit e -> {
                return pass(split(step, e), events);
            }
            case RangeTouched e -> {
                return pass(e, events);
            }
            case InKernel e -> {
                // Live words are never widened: what is not of whole pages is refused.
                return pass(e, events);
            }
            case KernelCopied e -> {
                return pass(e, events);
            }
            case WithKernel e -> {
                return pass(e, events);
            }
            case SpaceCreated e -> {
                return pass(e, events);
            }
            case SpaceDestroyed e -> {
                return pass(e, events);
            }
            case SpaceForked e -> {
                return pass(e, events);
            }
            case PluginSelected e -> {
                return pass(e, events);
            }
            case Annotated e -> {
                return pass(e, events);
            }
        }
    }

    private static @Nullable Rejection pass(MemoryEvent event, List<MemoryEvent> events) {
        events.add(event);
        return null;
    }

    private RangeSplit split(Step step, RangeSplit e) {
        TranslationRegime regime = regime(step.before(), e.space());
        long least = regime == null ? 1 : regime.geometry().granule();
        return new RangeSplit(e.space(), whole(step, e.space(), e.range()), Math.max(e.leafSize(), least));
    }

    private AddressRange whole(Step step, String space, AddressRange range) {
        TranslationRegime regime = regime(step.before(), space);
        return regime == null ? range : range.widened(regime.geometry().granule());
    }

    /** Whether a move is one of whole pages that no other region shares. */
    private boolean fits(Step step, RangeMoved e) {
        TranslationRegime regime = regime(step.before(), e.space());
        if (regime == null) {
            return true;
        }
        long granule = regime.geometry().granule();
        return e.from().isAligned(granule)
                && e.to().isAligned(granule)
                && isWhole(step.before(), e.space(), e.from(), granule)
                && isWhole(step.after(), e.space(), e.to(), granule);
    }

    private static boolean isWhole(Simulation state, String name, AddressRange range, long granule) {
        boolean[] whole = {true};
        AddressSpace space = state.space(name);
        if (space != null) {
            space.forEachIn(range, region -> whole[0] &= region.range().isAligned(granule));
        }
        return whole[0];
    }

    private @Nullable TranslationRegime regime(Simulation state, String name) {
        AddressSpace space = state.space(name);
        return space == null ? null : setup.regimes().get(space.kind());
    }

    private @Nullable Rejection diff(Step step, String name, List<AddressRange> ranges, List<MemoryEvent> events) {
        AddressSpace after = step.after().space(name);
        AddressSpace old = widened.space(name);
        TranslationRegime regime = regime(step.after(), name);
        if (after == null || old == null || regime == null) {
            return null;
        }
        for (AddressRange range : ranges) {
            AddressRange area = range.widened(regime.geometry().granule());
            if (!regime.inputRange().contains(area)) {
                return new Rejection.NotRepresentable(
                        setup.profile(), name, range, "input-out-of-range", "addresses within " + regime.inputRange());
            }
            WidenedPages pages = WidenedPages.of(after, regime, area);
            WidenedPages.Conflict conflict = pages.conflict();
            if (conflict != null) {
                return new Rejection.NotRepresentable(
                        setup.profile(), name, conflict.page(), conflict.reason(), conflict.expected());
            }
            compare(name, area, old, pages.regions(), events);
        }
        return null;
    }

    /** Events that turn the widened regions of an area into new ones. */
    private static void compare(
            String name, AddressRange area, AddressSpace old, List<Region> now, List<MemoryEvent> events) {
        long at = area.start();
        for (Region region : now) {
            if (Long.compareUnsigned(at, region.range().start()) < 0) {
                vanish(name, new AddressRange(at, region.range().start() - 1), old, events);
            }
            replace(name, region, old, events);
            at = region.range().last() + 1;
        }
        boolean more = now.isEmpty() || now.getLast().range().last() != area.last();
        if (more) {
            vanish(name, new AddressRange(at, area.last()), old, events);
        }
    }

    private static void vanish(String name, AddressRange range, AddressSpace old, List<MemoryEvent> events) {
        if (old.firstIn(range) != null) {
            events.add(new RangeUnmapped(name, range));
        }
    }

    private static void replace(String name, Region region, AddressSpace old, List<MemoryEvent> events) {
        List<Region> before = new ArrayList<>();
        old.forEachIn(region.range(), before::add);
        boolean covered = old.firstHole(region.range()) == null;
        boolean sameOutput = covered
                && before.stream()
                        .allMatch(part -> region.slice(part.range()).output().equals(part.output())
                                && part.attributes()
                                        .withPermissions(region.attributes().permissions())
                                        .equals(region.attributes()));
        if (!sameOutput) {
            events.add(new RangeMapped(name, region.range(), region.output(), region.attributes()));
            return;
        }
        boolean samePermissions =
                before.stream().allMatch(part -> part.attributes().equals(region.attributes()));
        if (!samePermissions) {
            events.add(
                    new RangeProtected(name, region.range(), region.attributes().permissions()));
        }
    }

    /** Bytes that are mapped beyond what the regions ask for. */
    long overMappedBytes() {
        return bytes(widened) - bytes(exact);
    }

    private static long bytes(Simulation state) {
        long bytes = 0;
        for (AddressSpace space : state.spaces()) {
            for (Region region : space.regions()) {
                bytes += region.range().size();
            }
        }
        return bytes;
    }

    /** Bytes of regions that grant more than the region asks for. */
    long widenedPermissionBytes() {
        long[] bytes = {0};
        for (AddressSpace space : exact.spaces()) {
            AddressSpace wide = widened.space(space.name());
            for (Region region : space.regions()) {
                if (wide != null) {
                    wide.forEachIn(region.range(), part -> {
                        boolean more = !part.attributes()
                                .permissions()
                                .equals(region.attributes().permissions());
                        bytes[0] += more ? part.range().size() : 0;
                    });
                }
            }
        }
        return bytes[0];
    }
}
