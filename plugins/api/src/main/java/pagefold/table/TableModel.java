package pagefold.table;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.AddressSpace;
import pagefold.model.MemoryEvent;
import pagefold.model.MemoryEvent.Annotated;
import pagefold.model.MemoryEvent.InKernel;
import pagefold.model.MemoryEvent.KernelAttached;
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
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.Privilege;
import pagefold.model.Region;
import pagefold.model.Rejection;
import pagefold.model.Simulation;
import pagefold.model.SpaceKind;
import pagefold.model.StateSink;
import pagefold.model.StateSource;
import pagefold.model.Step;

/**
 * The model that a plugin gets for its regimes: radix tables in simulated memory, frames for backing objects, and the
 * meaning of every event for both.
 */
public final class TableModel implements RestorableModel {
    private final ModelSetup setup;
    private final TableMemory memory;
    private final FramePool pool;
    private final Backings backings;
    private final NavigableMap<String, ModelSpace> spaces = new TreeMap<>();
    private final @Nullable Widening widening;

    /** An empty model. */
    public TableModel(ModelSetup setup) {
        this.setup = setup;
        this.memory = new TableMemory(setup.tableBase(), setup.granuleBits(), setup.tableLimit());
        this.pool = new FramePool(setup.frameBase(), setup.frameBytes());
        this.backings = new Backings(pool);
        this.widening = setup.coarsening() == Coarsening.WIDEN ? new Widening(setup) : null;
    }

    private TableModel(TableModel other) {
        this.setup = other.setup;
        this.memory = other.memory.copy();
        this.pool = other.pool.copy();
        this.backings = other.backings.copy(pool);
        this.widening = other.widening == null ? null : other.widening.copy();
        other.spaces.forEach((name, space) -> spaces.put(name, space.copy(memory, backings)));
        other.spaces.forEach((name, space) -> link(name, space.table().entries().kernel()));
    }

    private void link(String process, @Nullable PageTable kernel) {
        if (kernel != null) {
            CarriedKernel.link(spaces, process, kernel.editor().space());
        }
    }

    @Override
    public void save(StateSink sink) {
        image().save(sink);
    }

    @Override
    public void restore(StateSource source) {
        image().restore(source, setup);
    }

    private TableModelImage image() {
        return new TableModelImage(memory, pool, backings, spaces, widening);
    }

    @Override
    public @Nullable Refusal check(List<Step> steps) {
        ModelCheck check = newCheck();
        Widening trial = widening == null ? null : widening.copy();
        // What stays of a carried kernel's tables for copies of its words is not counted beforehand.
        boolean isTried = spaces.values().stream()
                .anyMatch(space -> space.table().entries().isCarried());
        for (int i = 0; i < steps.size(); i++) {
            MemoryEvent event = steps.get(i).event();
            boolean isCopy = event instanceof KernelCopied || event instanceof WithKernel;
            isTried |= isCopy;
            boolean byWords = event instanceof InKernel || isTried || isHuge(event);
            if (byWords && (i > 0 || widening != null)) {
                // What becomes of a kernel's live words depends on the words that are there then, and whether there are
                // frames for huge pages on the frames.
                return new TableModel(this).tried(steps);
            }
            Rejection rejection = check(check, trial, steps.get(i));
            if (rejection != null) {
                // Room is counted from above: where that leaves none, only trying tells.
                return check.isForSure(rejection) ? new Refusal(i, rejection) : new TableModel(this).tried(steps);
            }
        }
        return null;
    }

    private static boolean isHuge(MemoryEvent event) {
        return event instanceof RangeMapped mapped && mapped.attributes().isHuge();
    }

    private ModelCheck newCheck() {
        return new ModelCheck(setup, new TableRoom(setup, memory, spaces), new FrameRoom(pool, backings), spaces);
    }

    private @Nullable Refusal tried(List<Step> steps) {
        for (int i = 0; i < steps.size(); i++) {
            Rejection rejection = tried(steps.get(i));
            if (rejection != null) {
                return new Refusal(i, rejection);
            }
        }
        return null;
    }

    private @Nullable Rejection tried(Step step) {
        if (widening == null) {
            return triedAsItIs(step);
        }
        Widening.Outcome outcome = widening.next(step);
        Rejection rejection = outcome.rejection();
        for (Step part : outcome.steps()) {
            rejection = rejection != null ? rejection : triedAsItIs(part);
        }
        return rejection;
    }

    private @Nullable Rejection triedAsItIs(Step step) {
        ModelCheck check = newCheck();
        Rejection rejection = check.check(step);
        if (rejection != null && check.isForSure(rejection)) {
            return rejection;
        }
        try {
            project(step, null);
            return null;
        } catch (NoRoom e) {
            if (rejection == null) {
                throw e;
            }
            return rejection;
        }
    }

    private static @Nullable Rejection check(ModelCheck check, @Nullable Widening trial, Step step) {
        if (trial == null) {
            return check.check(step);
        }
        Widening.Outcome outcome = trial.next(step);
        Rejection rejection = outcome.rejection();
        for (Step part : outcome.steps()) {
            rejection = rejection != null ? rejection : check.check(part);
        }
        return rejection;
    }

    @Override
    public void apply(Step step, @Nullable TableListener listener) {
        if (widening == null) {
            project(step, listener);
        } else {
            widening.next(step).steps().forEach(part -> project(part, listener));
        }
    }

    private void project(Step step, @Nullable TableListener listener) {
        switch (step.event()) {
            case SpaceCreated e -> create(e.space(), e.kind());
            case SpaceDestroyed e -> destroy(e, step.before(), listener);
            case RangeMapped e -> {
                ModelSpace space = heard(e.space(), listener);
                AddressSpace after = state(step.after(), e.space());
                space.clear(state(step.before(), e.space()), e.range());
                space.map(new Region(e.range(), e.output(), e.attributes()), after);
            }
            case RangeUnmapped e -> heard(e.space(), listener).unmap(state(step.before(), e.space()), e.range());
            case RangeProtected e ->
                heard(e.space(), listener)
                        .protect(
                                state(step.before(), e.space()),
                                state(step.after(), e.space()),
                                e.range(),
                                e.permissions());
            case RangeMoved e ->
                heard(e.space(), listener)
                        .move(state(step.before(), e.space()), state(step.after(), e.space()), e.from(), e.to());
            case SpaceForked e -> {
                ModelSpace child = create(e.child(), SpaceKind.USER);
                child.listen(listener);
                ModelSpace parent = heard(e.space(), listener);
                parent.fork(state(step.before(), e.space()), child);
                PageTable kernel = parent.table().entries().kernel();
                if (kernel != null) {
                    new CarriedKernel(child.table(), kernel).attach();
                }
            }
            case KernelCopied e -> {
                ModelSpace child = create(e.child(), SpaceKind.KERNEL);
                child.listen(listener);
                new KernelSpace(space(e.space())).copyTo(child, state(step.before(), e.space()), e.range());
            }
            case RangeTouched e ->
                heard(e.space(), listener).touch(state(step.before(), e.space()), e.range(), e.access());
            case RangeAged e -> heard(e.space(), listener).age(e.range());
            case RangeWriteProtected e ->
                heard(e.space(), listener).writeProtect(state(step.before(), e.space()), e.range());
            case RangeRelaxed e ->
                heard(e.space(), listener).relax(state(step.before(), e.space()), e.range(), e.permissions());
            case RangeSplit e -> heard(e.space(), listener).split(e.range(), e.leafSize());
            case InKernel e -> new KernelSpace(heard(e.space(), listener)).project(e, state(step.before(), e.space()));
            case WithKernel e -> {
                PageTable process = heard(e.space(), listener).table();
                new CarriedKernel(process, kernel(process, e)).project(e, step.before());
            }
            case PluginSelected e -> {}
            case Annotated e -> {}
        }
    }

    private PageTable kernel(PageTable process, WithKernel event) {
        PageTable kernel = event instanceof KernelAttached(String space, String name)
                ? space(name).table()
                : process.entries().kernel();
        if (kernel == null) {
            throw new IllegalStateException("expected '" + event.space() + "' to carry a kernel, but it carries none");
        }
        return kernel;
    }

    private ModelSpace create(String name, SpaceKind kind) {
        ModelSpace space = new ModelSpace(name, setup.regime(kind), memory, backings);
        spaces.put(name, space);
        return space;
    }

    private void destroy(SpaceDestroyed event, Simulation before, @Nullable TableListener listener) {
        ModelSpace space = heard(event.space(), listener);
        space.unmap(state(before, event.space()), space.regime().inputRange());
        space.table().destroy();
        spaces.remove(event.space());
    }

    private ModelSpace heard(String name, @Nullable TableListener listener) {
        ModelSpace space = space(name);
        space.listen(listener);
        return space;
    }

    private ModelSpace space(String name) {
        ModelSpace space = spaces.get(name);
        if (space == null) {
            throw new IllegalArgumentException("expected the name of a space, but '" + name + "' is none");
        }
        return space;
    }

    private static AddressSpace state(Simulation simulation, String name) {
        AddressSpace space = simulation.space(name);
        if (space == null) {
            throw new IllegalStateException(
                    "expected the space '" + name + "' in the neutral state, but it is not there");
        }
        return space;
    }

    @Override
    public long translate(String name, long address, Access access, Privilege privilege) {
        return space(name).reader().translate(address, access, privilege);
    }

    @Override
    public Walk walk(String name, long address, Access access, Privilege privilege) {
        return space(name).reader().walk(address, access, privilege);
    }

    @Override
    public @Nullable Walk walk(String name, String second, long address, Access access, Privilege privilege) {
        ModelSpace guest = space(name);
        TableReader both = guest.regime().through(guest.reader(), space(second).reader());
        return both == null ? null : both.walk(address, access, privilege);
    }

    @Override
    public void dump(String name, Appendable out) throws IOException {
        space(name).reader().dump(out);
    }

    @Override
    public boolean showPte(String name, long address, Appendable out) throws IOException {
        space(name).reader().showPte(address, out);
        return true;
    }

    @Override
    public TableReader.@Nullable WxReport checkWx(String name) {
        return space(name).reader().checkWx();
    }

    @Override
    public List<TableView> tables(String name) {
        return views(name, false);
    }

    @Override
    public List<TableView> tablesWithWords(String name) {
        return views(name, true);
    }

    private List<TableView> views(String name, boolean withWords) {
        ModelSpace space = space(name);
        List<TableView> views = new ArrayList<>();
        space.table()
                .visit(
                        (table, level, address) ->
                                views.add(SpaceTables.view(name, space, table, level, address, withWords)),
                        (word, level, address) -> {});
        return views;
    }

    @Override
    public void mappings(String name, MappingSink sink) {
        ModelSpace space = space(name);
        SpaceMappings mappings = new SpaceMappings(memory, space.regime(), space.table(), sink);
        space.table().visit((table, level, address) -> {}, mappings::entry);
        mappings.finish();
    }

    @Override
    public @Nullable TableView table(long address) {
        if (!memory.isUsed(address)) {
            return null;
        }
        for (var entry : spaces.entrySet()) {
            TableView[] found = new TableView[1];
            ModelSpace space = entry.getValue();
            space.table()
                    .visit(
                            (table, level, start) -> {
                                if (table == address) {
                                    found[0] = SpaceTables.view(entry.getKey(), space, table, level, start, true);
                                }
                            },
                            (word, level, at) -> {});
            if (found[0] != null) {
                return found[0];
            }
        }
        return null;
    }

    @Override
    public ModelStatistics statistics() {
        List<ModelStatistics.Space> all = new ArrayList<>();
        spaces.forEach((name, space) -> all.add(SpaceTables.of(name, space)));
        return new ModelStatistics(
                all,
                widening == null ? 0 : widening.overMappedBytes(),
                widening == null ? 0 : widening.widenedPermissionBytes());
    }

    @Override
    public BreakRules breakRules(String name) {
        return space(name).regime().breakRules();
    }

    @Override
    public List<Geometry.Level> levels(String name) {
        return space(name).regime().geometry().levels();
    }

    @Override
    public AddressRange inputRange(String name) {
        return space(name).regime().inputRange();
    }

    @Override
    public void image(ImageSink sink) {
        memory.forEachPage(sink);
    }
}
