package pagefold.table;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.AddressSpace;
import pagefold.model.MemoryChange;
import pagefold.model.MemoryEvent;
import pagefold.model.MemoryEvent.Annotated;
import pagefold.model.MemoryEvent.InKernel;
import pagefold.model.MemoryEvent.KernelCopied;
import pagefold.model.MemoryEvent.MemorySet;
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
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.Privilege;
import pagefold.model.Region;
import pagefold.model.Rejection;
import pagefold.model.Simulation;
import pagefold.model.StateSink;
import pagefold.model.StateSource;
import pagefold.model.Step;

/**
 * Turns the steps of a history into steps on whole pages, which the tables can hold: {@code coarsen: widen}.
 *
 * <p>It keeps a second neutral state, the widened one. An event that leaves whole pages as they should be goes through,
 * to whole pages: what fits is written as without widening, word by word, and refused no sooner. Where new permissions,
 * unmappings and moves would not, the exact state is compared page by page with what was there, and differences become
 * events. A page that a mapping reaches in part stays, if it is as it should be, and is neither old nor write-protected
 * from then on.
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
                return map(step, e, events);
            }
            case RangeUnmapped e -> {
                AddressRange area = whole(step, e.space(), e.range());
                return passOrCompare(step, new RangeUnmapped(e.space(), area), e.space(), List.of(area), events);
            }
            case RangeProtected e -> {
                AddressRange area = whole(step, e.space(), e.range());
                MemoryEvent all = new RangeProtected(e.space(), area, e.permissions());
                return passOrCompare(step, all, e.space(), List.of(area), events);
            }
            case RangeMoved e -> {
                AddressRange from = whole(step, e.space(), e.from());
                AddressRange to = whole(step, e.space(), e.to());
                MemoryEvent all = e.from().equals(from) && e.to().equals(to) ? e : null;
                return passOrCompare(step, all, e.space(), List.of(from, to), events);
            }
            case RangeAged e -> {
                return pass(new RangeAged(e.space(), whole(step, e.space(), e.range())), events);
            }
            case RangeWriteProtected e -> {
                return pass(new RangeWriteProtected(e.space(), whole(step, e.space(), e.range())), events);
            }
            case RangeRelaxed e -> {
                AddressRange area = whole(step, e.space(), e.range());
                MemoryEvent all = new RangeRelaxed(e.space(), area, e.permissions());
                return passOrCompare(step, all, e.space(), List.of(area), events);
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

    private @Nullable TranslationRegime regime(Simulation state, String name) {
        AddressSpace space = state.space(name);
        return space == null ? null : setup.regimes().get(space.kind());
    }

    private @Nullable Rejection map(Step step, RangeMapped e, List<MemoryEvent> events) {
        List<WidenedPages> areas = new ArrayList<>();
        Rejection rejection = widen(step, e.space(), List.of(whole(step, e.space(), e.range())), areas);
        AddressSpace old = widened.space(e.space());
        TranslationRegime regime = regime(step.before(), e.space());
        if (rejection != null || old == null || regime == null) {
            return rejection;
        }
        AddressRange covered = covered(e.range(), regime.geometry().granule());
        for (WidenedPages pages : areas) {
            for (Region region : pages.regions()) {
                map(region, covered, old, events);
            }
        }
        return null;
    }

    /** The pages that a range covers, or {@code null} where that is none. */
    private static @Nullable AddressRange covered(AddressRange range, long granule) {
        AddressRange area = range.widened(granule);
        long head = area.start() == range.start() ? 0 : granule;
        long tail = area.last() == range.last() ? 0 : granule;
        boolean isNone = area.size() != 0 && Long.compareUnsigned(area.size(), head + tail) <= 0;
        return isNone ? null : new AddressRange(area.start() + head, area.last() - tail);
    }

    private static void map(Region region, @Nullable AddressRange covered, AddressSpace old, List<MemoryEvent> events) {
        AddressRange range = region.range();
        if (covered == null || !covered.overlaps(range)) {
            reach(old.name(), region, old, events);
            return;
        }
        AddressRange inner = range.intersection(covered);
        if (range.start() != inner.start()) {
            reach(old.name(), region.slice(new AddressRange(range.start(), inner.start() - 1)), old, events);
        }
        remap(old.name(), region.slice(inner), events);
        if (range.last() != inner.last()) {
            reach(old.name(), region.slice(new AddressRange(inner.last() + 1, range.last())), old, events);
        }
    }

    /** A page that something is mapped in is not less than what is mapped: neither old nor write-protected. */
    private static void reach(String name, Region page, AddressSpace old, List<MemoryEvent> events) {
        Permissions permissions = page.attributes().permissions();
        boolean isMapped = replace(name, page, old, events);
        if (isMapped || permissions.isNone() || page.output() instanceof Output.Repeated) {
            return;
        }
        if (permissions.isWritable()) {
            events.add(new RangeRelaxed(name, page.range(), permissions));
        }
        events.add(new RangeTouched(name, page.range(), Access.READ, Privilege.PRIVILEGED));
    }

    /** The event {@code all}, where it makes the whole pages what they should be, and otherwise what differs. */
    private @Nullable Rejection passOrCompare(
            Step step, @Nullable MemoryEvent all, String name, List<AddressRange> ranges, List<MemoryEvent> events) {
        List<WidenedPages> areas = new ArrayList<>();
        Rejection rejection = widen(step, name, ranges, areas);
        AddressSpace old = widened.space(name);
        if (rejection != null || old == null) {
            return rejection;
        }
        AddressSpace changed = all == null ? null : widened.evolve(all).space(name);
        if (all != null && changed != null && areas.stream().allMatch(pages -> pages.areIn(changed))) {
            return pass(all, events);
        }
        areas.forEach(pages -> compare(name, pages, old, events));
        return null;
    }

    /** What ranges of whole pages are after a step, or why one of them cannot be. */
    private @Nullable Rejection widen(Step step, String name, List<AddressRange> ranges, List<WidenedPages> areas) {
        AddressSpace after = step.after().space(name);
        TranslationRegime regime = regime(step.after(), name);
        if (after == null || regime == null) {
            return null;
        }
        for (AddressRange range : ranges) {
            WidenedPages pages = WidenedPages.of(after, regime, range);
            if (!pages.regions().stream().allMatch(region -> regime.inputRange().contains(region.range()))) {
                return new Rejection.NotRepresentable(
                        setup.profile(), name, range, "input-out-of-range", "addresses within " + regime.inputRange());
            }
            WidenedPages.Conflict conflict = pages.conflict();
            if (conflict != null) {
                return new Rejection.NotRepresentable(
                        setup.profile(), name, conflict.page(), conflict.reason(), conflict.expected());
            }
            areas.add(pages);
        }
        return null;
    }

    /** Events that turn the widened regions of an area into new ones. */
    private static void compare(String name, WidenedPages pages, AddressSpace old, List<MemoryEvent> events) {
        pages.gaps().forEach(gap -> events.add(new RangeUnmapped(name, gap)));
        pages.regions().forEach(region -> replace(name, region, old, events));
    }

    /** Makes a region what it should be; whether it had to be mapped anew for that. */
    private static boolean replace(String name, Region region, AddressSpace old, List<MemoryEvent> events) {
        List<Region> before = new ArrayList<>();
        old.forEachIn(region.range(), before::add);
        boolean covered = old.firstHole(region.range()) == null;
        boolean sameOutput = covered
                && before.stream()
                        .allMatch(part -> region.slice(part.range()).output().equals(part.output())
                                && part.valid() == region.valid()
                                && part.attributes()
                                        .withPermissions(region.attributes().permissions())
                                        .equals(region.attributes()));
        if (!sameOutput) {
            remap(name, region, events);
            return true;
        }
        boolean samePermissions =
                before.stream().allMatch(part -> part.attributes().equals(region.attributes()));
        if (!samePermissions) {
            events.add(
                    new RangeProtected(name, region.range(), region.attributes().permissions()));
        }
        return false;
    }

    private static void remap(String name, Region region, List<MemoryEvent> events) {
        events.add(new RangeMapped(name, region.range(), region.output(), region.attributes()));
        if (!region.valid()) {
            events.add(new MemorySet(name, region.range(), MemoryChange.INVALID, null));
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
