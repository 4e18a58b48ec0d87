package pagefold.testkit;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.AddressSpace;
import pagefold.model.MemoryEvent.Annotated;
import pagefold.model.MemoryEvent.InKernel;
import pagefold.model.MemoryEvent.KernelCopied;
import pagefold.model.MemoryEvent.MemorySet;
import pagefold.model.MemoryEvent.PluginSelected;
import pagefold.model.MemoryEvent.RangeAged;
import pagefold.model.MemoryEvent.RangeChanged;
import pagefold.model.MemoryEvent.RangeHotRemoved;
import pagefold.model.MemoryEvent.RangeMapped;
import pagefold.model.MemoryEvent.RangeMoved;
import pagefold.model.MemoryEvent.RangeProtected;
import pagefold.model.MemoryEvent.RangeRelaxed;
import pagefold.model.MemoryEvent.RangeSplit;
import pagefold.model.MemoryEvent.RangeTouched;
import pagefold.model.MemoryEvent.RangeUnmapped;
import pagefold.model.MemoryEvent.RangeVacated;
import pagefold.model.MemoryEvent.RangeWriteProtected;
import pagefold.model.MemoryEvent.SpaceCreated;
import pagefold.model.MemoryEvent.SpaceDestroyed;
import pagefold.model.MemoryEvent.SpaceForked;
import pagefold.model.MemoryEvent.WithKernel;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.Privilege;
import pagefold.model.Region;
import pagefold.model.Sharing;
import pagefold.model.Simulation;
import pagefold.model.Step;
import pagefold.testkit.PageState.Accessed;
import pagefold.testkit.PageState.Writing;
import pagefold.testkit.Pages.Copy;

/**
 * What every page must answer after a history, without a table: the neutral state says what is mapped, this says what
 * touching, aging, write protection and copying have done to the pages since.
 *
 * <p>Where a region allows larger leaves, an access or aging may reach the pages beside those it was meant for; what is
 * not certain is {@code MAYBE} here.
 */
final class PageOracle {
    private final long granule;
    /** Whether hardware sets the Access flag and dirty state by itself. */
    private final boolean hardwareState;

    private final WordRules rules;

    private final Map<String, Pages> spaces = new HashMap<>();

    /** An answer to an access. */
    enum Answer {
        TRANSLATED,
        TRANSLATION_FAULT,
        ACCESS_FLAG_FAULT,
        PERMISSION_FAULT
    }

    /** The bytes of an object that a page shows while it has no copy. */
    private record ObjectPage(String object, long offset) {}

    PageOracle(long granule, boolean hardwareState, WordRules rules) {
        this.granule = granule;
        this.hardwareState = hardwareState;
        this.rules = rules;
    }

    private static boolean takesLargeLeaves(Region region) {
        return region.attributes().blocks() || region.attributes().contiguous();
    }

    private static AddressSpace space(Simulation simulation, String name) {
        AddressSpace space = simulation.space(name);
        if (space == null) {
            throw new IllegalStateException("expected the space " + name + ", but it is not there");
        }
        return space;
    }

    private Pages pages(String name) {
        return spaces.computeIfAbsent(name, created -> new Pages());
    }

    void apply(Step step) {
        switch (step.event()) {
            case SpaceCreated e -> spaces.put(e.space(), new Pages());
            case SpaceDestroyed e -> {
                clear(pages(e.space()), new AddressRange(0, -1));
                spaces.remove(e.space());
            }
            case RangeMapped e -> {
                Pages pages = pages(e.space());
                clear(pages, e.range());
                pages.states.put(
                        e.range(), PageState.fresh(e.output(), e.attributes().permissions()));
                folded(e.space(), step.after(), e.range());
            }
            case RangeUnmapped e -> clear(pages(e.space()), e.range());
            case RangeProtected e -> protect(e, step);
            case RangeRelaxed e -> relax(e, step);
            case RangeSplit e -> {}
            case RangeMoved e -> move(e, step.after());
            case SpaceForked e -> fork(e, step.before());
            case KernelCopied e -> copy(e);
            case RangeTouched e -> touch(e, step.before());
            case RangeAged e ->
                reach(
                        e.space(),
                        step.before(),
                        e.range(),
                        state -> state.with(Accessed.NO),
                        s -> s.beside(Accessed.NO));
            case RangeWriteProtected e ->
                reach(e.space(), step.before(), e.range(), state -> state.with(Writing.DENIED), s -> s);
            case InKernel e -> inKernel(e, step);
            case WithKernel e -> {}
            case PluginSelected e -> {}
            case Annotated e -> {}
        }
    }

    private static void clear(Pages pages, AddressRange range) {
        pages.states.remove(range);
        var copies = pages.copies.subMap(range.start(), true, range.last(), true);
        copies.values().forEach(copy -> copy.references--);
        copies.clear();
    }

    /** Neighbouring pages may have become one leaf, which is accessed if any of them was. */
    private void folded(String name, Simulation after, AddressRange range) {
        AddressSpace space = space(after, name);
        space.forEachIn(range, part -> {
            Region whole = space.at(part.range().start());
            if (whole != null && takesLargeLeaves(whole)) {
                pages(name).states.update(whole.range(), PageState::afterFolding);
            }
        });
    }

    /** Changes the pages of a range that grant anything, and those beside them in regions that allow larger leaves. */
    private void reach(
            String name,
            Simulation before,
            AddressRange range,
            UnaryOperator<PageState> change,
            UnaryOperator<PageState> beside) {
        AddressSpace space = space(before, name);
        space.forEachIn(range, part -> {
            Region whole = space.at(part.range().start());
            if (whole == null
                    || !whole.valid()
                    || whole.attributes().permissions().isNone()) {
                return;
            }
            AddressRange pages = part.range().widened(granule);
            RangeMap<PageState> states = pages(name).states;
            if (takesLargeLeaves(whole)) {
                AddressRange all = whole.range();
                if (pages.start() != all.start()) {
                    states.update(new AddressRange(all.start(), pages.start() - 1), beside);
                }
                if (pages.last() != all.last()) {
                    states.update(new AddressRange(pages.last() + 1, all.last()), beside);
                }
            }
            states.update(pages, change);
        });
    }

    private void protect(RangeProtected e, Step step) {
        Pages pages = pages(e.space());
        space(step.before(), e.space()).forEachIn(e.range(), region -> {
            pages.states.update(region.range(), state -> state.afterProtecting(region.output(), e.permissions()));
            if (!e.permissions().isNone()) {
                grantCopies(pages, region);
            }
        });
        if (!e.permissions().isNone()) {
            folded(e.space(), step.after(), e.range());
        }
    }

    /** Copies that no other page shares may be written again. */
    private void grantCopies(Pages pages, Region region) {
        if (!PageState.isCopied(region.output())) {
            return;
        }
        pages.copies
                .subMap(region.range().start(), true, region.range().last(), true)
                .forEach((page, copy) -> {
                    PageState state = pages.states.at(page);
                    boolean mayWrite = copy.references == 1 && state != null;
                    if (mayWrite) {
                        pages.states.put(AddressRange.ofSize(page, granule), state.with(Writing.MAYBE));
                    }
                });
    }

    private void inKernel(InKernel event, Step step) {
        Pages pages = pages(event.space());
        AddressSpace before = space(step.before(), event.space());
        switch (event) {
            case RangeChanged e -> {
                Permissions permissions = e.attributes().permissions();
                before.forEachIn(e.range(), region -> {
                    pages.states.update(region.range(), state -> state.rewritten(region.output(), permissions));
                    grantCopies(pages, region);
                });
            }
            case MemorySet e -> e.ranges(before).forEach(range -> pages.states.update(range, s -> s.after(e.change())));
            case RangeVacated e -> clear(pages, e.range());
            case RangeHotRemoved e -> clear(pages, e.range());
        }
    }

    private void relax(RangeRelaxed e, Step step) {
        Pages pages = pages(e.space());
        space(step.before(), e.space()).forEachIn(e.range(), region -> {
            Permissions granted = region.attributes().permissions().union(e.permissions());
            pages.states.update(
                    region.range(), state -> state.afterRelaxing(region.output(), granted, e.permissions()));
            if (e.permissions().isWritable()) {
                grantCopies(pages, region);
            }
        });
    }

    private void move(RangeMoved e, Simulation after) {
        Pages pages = pages(e.space());
        AddressRange from = e.from();
        AddressRange to = e.to();
        long distance = to.start() - from.start();
        if (distance != 0) {
            clear(pages, to);
            RangeMap<PageState> moved = new RangeMap<>();
            pages.states.forEachIn(from, moved::put);
            NavigableMap<Long, Copy> copies = new TreeMap<>(pages.copies.subMap(from.start(), true, from.last(), true));
            pages.copies.keySet().removeAll(copies.keySet());
            pages.states.remove(from);
            moved.forEachIn(
                    from,
                    (range, state) -> pages.states.put(
                            new AddressRange(range.start() + distance, range.last() + distance), state));
            copies.forEach((page, copy) -> pages.copies.put(page + distance, copy));
        }
        if (to.size() != from.size()) {
            AddressRange more = new AddressRange(to.start() + from.size(), to.last());
            clear(pages, more);
            space(after, e.space())
                    .forEachIn(
                            more,
                            region -> pages.states.put(
                                    region.range(),
                                    PageState.fresh(
                                            region.output(), region.attributes().permissions())));
            folded(e.space(), after, more);
        }
    }

    private void fork(SpaceForked e, Simulation before) {
        Pages parent = pages(e.space());
        Pages child = new Pages();
        for (Region region : space(before, e.space()).regions()) {
            boolean isPrivate = region.output() instanceof Output.Backed(String object, long offset, Sharing sharing)
                    && sharing != Sharing.SHARED;
            if (isPrivate) {
                parent.states.update(region.range(), state -> state.with(Writing.DENIED));
            }
            parent.states.forEachIn(region.range(), (range, state) -> {
                Writing writing = isPrivate ? Writing.DENIED : Writing.CLEAN;
                child.states.put(range, new PageState(state.populated(), Accessed.NO, writing));
            });
        }
        parent.copies.forEach((page, copy) -> {
            copy.references++;
            child.copies.put(page, copy);
        });
        spaces.put(e.child(), child);
    }

    private void copy(KernelCopied e) {
        Pages child = new Pages();
        pages(e.space())
                .states
                .forEachIn(e.range(), (range, state) -> child.states.put(range, state.with(Writing.CLEAN)));
        spaces.put(e.child(), child);
    }

    private void touch(RangeTouched e, Simulation before) {
        if (e.access() != Access.WRITE) {
            reach(e.space(), before, e.range(), state -> state.with(Accessed.YES), state -> state.beside(Accessed.YES));
            return;
        }
        space(before, e.space()).forEachIn(e.range(), region -> {
            if (PageState.isCopied(region.output())) {
                AddressRange range = region.range().widened(granule);
                for (long page = range.start(); ; page += granule) {
                    own(pages(e.space()), page);
                    if ((page | granule - 1) == range.last()) {
                        break;
                    }
                }
            } else {
                PageState written = new PageState(true, Accessed.YES, Writing.GRANTED);
                reach(e.space(), before, region.range(), state -> written, PageState::besideWrite);
            }
        });
    }

    private void own(Pages pages, long page) {
        Copy copy = pages.copies.get(page);
        if (copy == null || copy.references > 1) {
            if (copy != null) {
                copy.references--;
            }
            pages.copies.put(page, new Copy());
        }
        pages.states.put(AddressRange.ofSize(page, granule), new PageState(true, Accessed.YES, Writing.GRANTED));
    }

    /** The answers that an access may get. */
    Set<Answer> answers(Simulation simulation, String name, long address, Access access, Privilege privilege) {
        Region region = space(simulation, name).at(address);
        if (region == null
                || !region.valid()
                || region.attributes().permissions().isNone()) {
            return EnumSet.of(Answer.TRANSLATION_FAULT);
        }
        PageState state = pages(name).states.at(address);
        if (state == null) {
            throw new IllegalStateException("expected a state of a mapped page, but there is none");
        }
        EnumSet<Answer> answers = EnumSet.noneOf(Answer.class);
        if (!hardwareState && state.accessed() != Accessed.YES) {
            answers.add(rules.hasAccessFlag() ? Answer.ACCESS_FLAG_FAULT : Answer.TRANSLATION_FAULT);
            boolean isPage = rules.hasAccessFlag() || !region.attributes().blocks();
            if (state.accessed() == Accessed.NO && isPage) {
                return answers;
            }
        }
        if (!region.attributes().permissions().allows(access, privilege)) {
            answers.add(Answer.PERMISSION_FAULT);
        } else if (access != Access.WRITE) {
            answers.add(Answer.TRANSLATED);
        } else {
            answers.addAll(written(state.writing()));
        }
        return answers;
    }

    private Set<Answer> written(Writing writing) {
        return switch (writing) {
            case GRANTED -> EnumSet.of(Answer.TRANSLATED);
            case CLEAN ->
                hardwareState ? EnumSet.of(Answer.TRANSLATED) : EnumSet.of(Answer.TRANSLATED, Answer.PERMISSION_FAULT);
            case DENIED -> EnumSet.of(Answer.PERMISSION_FAULT);
            case MAYBE -> EnumSet.of(Answer.TRANSLATED, Answer.PERMISSION_FAULT);
        };
    }

    /** What a page of a backed region shows: pages that show the same thing, and no others, have the same frame. */
    @Nullable
    Object content(Simulation simulation, String name, long address) {
        Region region = space(simulation, name).at(address);
        if (region != null && region.output() instanceof Output.Repeated(String object)) {
            return new ObjectPage(object, 0);
        }
        if (region == null
                || !(region.output() instanceof Output.Backed(String object, long offset, Sharing sharing))) {
            return null;
        }
        long page = address & -granule;
        Copy copy = pages(name).copies.get(page);
        return copy != null
                ? copy
                : new ObjectPage(object, offset + (page - region.range().start()));
    }

    /** Whether a page that was seen before still shows anything anywhere. */
    static boolean isGone(Object content, Set<String> mappedObjects) {
        return switch (content) {
            case Copy copy -> copy.references == 0;
            case ObjectPage page -> !mappedObjects.contains(page.object);
            default -> throw new IllegalArgumentException("expected what content() gives, but it is " + content);
        };
    }
}
