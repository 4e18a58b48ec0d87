package pagefold.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import pagefold.model.AddressRange;
import pagefold.model.AddressSpace;
import pagefold.model.Decision;
import pagefold.model.Hex;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryEvent;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.Region;
import pagefold.model.Rejection;
import pagefold.model.Simulation;
import pagefold.model.StateSink;
import pagefold.model.Step;
import pagefold.spi.ArchitecturePlugin;
import pagefold.spi.Capability;
import pagefold.spi.Profile;
import pagefold.table.ModelStatistics;
import pagefold.table.PageTableModel;
import pagefold.table.RestorableModel;
import pagefold.table.TableView;

/**
 * One random history through a plugin: a model that is listened to and one that is not, against the neutral state and
 * {@link PageOracle}.
 */
final class HistoryRun {
    private static final int IMAGE_EVERY = 16;
    private static final int MOST_COMPLAINTS = 5;

    private final ArchitecturePlugin plugin;
    private final Profile profile;
    private final Terrain terrain;
    private final SplittableRandom random;
    private final Function<Simulation, MemoryCommand> commands;
    private final PageTableModel heard;
    private PageTableModel deaf;
    private final WordRules rules;
    private final TableWitness witness;
    private final PageOracle oracle;
    private final FoldLaw folds;
    private final SpaceExaminer examiner;
    private final List<Step> steps = new ArrayList<>();
    private final Answers answers = new Answers();
    private Simulation simulation = Simulation.EMPTY;
    private Object doing = "nothing yet";
    private int batches;

    /**
     * A history.
     *
     * @param commands what is asked in each state
     * @param seed for the addresses that are looked at
     */
    HistoryRun(
            ArchitecturePlugin plugin,
            Profile profile,
            Terrain terrain,
            WordRules rules,
            Function<Simulation, MemoryCommand> commands,
            long seed) {
        this.plugin = plugin;
        this.profile = profile;
        this.terrain = terrain;
        this.random = new SplittableRandom(~seed);
        this.commands = commands;
        this.heard = model();
        this.deaf = model();
        this.rules = rules;
        this.witness = new TableWitness(rules);
        this.oracle = new PageOracle(terrain.granule(), terrain.has(Capability.HARDWARE_DIRTY), rules);
        this.folds = new FoldLaw(heard, rules, witness);
        this.examiner = new SpaceExaminer(heard, oracle, folds, terrain, random);
    }

    private PageTableModel model() {
        return model(Coarsening.REJECT);
    }

    private PageTableModel model(Coarsening coarsening) {
        return plugin.newModel(profile.name(), coarsening);
    }

    /** Runs so many units of commands, takes everything down again, and repeats it. */
    void run(int units) {
        try {
            for (int i = 0; i < units; i++) {
                batch(random.nextInt(5) == 0 ? random.nextInt(2, 5) : 1);
            }
            compareImages();
            List<String> reports = Reports.complaints(heard, terrain, simulation, witness, rules);
            Expect.that(reports.isEmpty(), () -> shortened(reports));
            Known known = known(deaf);
            List<Step> history = List.copyOf(steps);
            takeDown();
            repeat("a new model", history, model(), known);
            repeat("a model that was used and is empty", history, deaf, known);
            widen(history, known);
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(
                    profile.name() + ", event " + (steps.size() + 1) + " (" + doing + "): " + e.getMessage(), e);
        }
    }

    /** What {@code check} has said so far. */
    Answers answers() {
        return answers;
    }

    /** Decides so many commands one after the other, checks them together, and applies all or nothing. */
    private void batch(int size) {
        List<Step> batch = new ArrayList<>();
        Simulation state = simulation;
        for (int i = 0; i < size; i++) {
            MemoryCommand command = commands.apply(state);
            doing = command;
            switch (state.decide(command)) {
                case Decision.Accepted(MemoryEvent event) -> {
                    batch.add(Step.of(state, event));
                    state = batch.getLast().after();
                }
                case Decision.Rejected(Rejection rejection) -> rejected(rejection);
            }
        }
        if (!batch.isEmpty() && isAccepted(batch)) {
            batch.forEach(this::apply);
        }
    }

    private static void rejected(Rejection rejection) {
        Expect.that(!rejection.fields().isEmpty(), () -> "a rejection without numbers: " + rejection);
        if (rejection instanceof Rejection.Overlaps(String space, AddressRange range, AddressRange conflict)) {
            Expect.that(range.overlaps(conflict), () -> range + " is rejected for " + conflict);
        }
    }

    private boolean isAccepted(List<Step> batch) {
        boolean looks = ++batches % IMAGE_EVERY == 0;
        String image = looks ? ImageHash.of(heard) : "";
        PageTableModel.Refusal refusal = heard.check(batch);
        answers.add(batch, refusal);
        Expect.that(!looks || Objects.equals(refusal, heard.check(batch)), () -> "check() answers in two ways");
        Expect.that(!looks || image.equals(ImageHash.of(heard)), () -> "check() changed the tables");
        if (refusal == null) {
            return true;
        }
        Rejection rejection = refusal.rejection();
        Expect.that(
                refusal.index() >= 0
                        && refusal.index() < batch.size()
                        && !rejection.fields().isEmpty()
                        && rejection.sentence().endsWith("."),
                () -> "a refusal without a step, numbers or a sentence: " + refusal);
        if (rejection instanceof Rejection.LimitExceeded(String what, long limit, long requested)) {
            Expect.that(Long.compareUnsigned(requested, limit) > 0, () -> "refused for nothing: " + rejection);
        }
        return false;
    }

    private void apply(Step step) {
        doing = step.event();
        Decision repeated = step.before().decide(MemoryCommand.repeating(step.event()));
        Expect.that(
                repeated.equals(new Decision.Accepted(step.event())),
                () -> "the command that repeats the event leads to " + repeated);
        heard.apply(step, witness);
        deaf.apply(step, null);
        oracle.apply(step);
        simulation = step.after();
        List<TableView> tables = new ArrayList<>();
        simulation.spaces().forEach(space -> tables.addAll(heard.tables(space.name())));
        folds.are(tables);
        List<String> complaints = witness.judge(tables);
        Expect.that(complaints.isEmpty(), () -> shortened(complaints));
        examiner.examine(step);
        steps.add(step);
        if (steps.size() % IMAGE_EVERY == 0) {
            compareImages();
        }
    }

    private static String shortened(List<String> complaints) {
        return complaints.size() + " complaints: "
                + String.join("; ", complaints.subList(0, Math.min(complaints.size(), MOST_COMPLAINTS)));
    }

    private void compareImages() {
        List<String> different = witness.compare(heard);
        Expect.that(different.isEmpty(), () -> shortened(different));
        List<String> folded = folds.compare(simulation.spaces());
        Expect.that(folded.isEmpty(), () -> shortened(folded));
        List<String> runs = witness.brokenRuns();
        Expect.that(runs.isEmpty(), () -> shortened(runs));
        Expect.that(ImageHash.of(heard).equals(ImageHash.of(deaf)), () -> "listening changes the tables");
        for (ModelStatistics.Space counted : heard.statistics().spaces()) {
            AddressSpace space = simulation.space(counted.space());
            long mapped = 0;
            for (Region region : space == null ? List.<Region>of() : space.regions()) {
                mapped += !region.valid() || region.attributes().permissions().isNone()
                        ? 0
                        : region.range().size();
            }
            long expected = mapped;
            Expect.that(
                    space != null && counted.mappedBytes() == expected,
                    () -> counted.mappedBytes() + " bytes are mapped in " + counted.space() + ", not " + expected);
        }
        restore();
    }

    /** The history goes on with what was restored, where a model can be: it must be as good as what was saved. */
    private void restore() {
        simulation = Simulation.restored(saved(simulation::save));
        if (deaf instanceof RestorableModel saved) {
            RestorableModel restored = (RestorableModel) model();
            StateTape tape = saved(saved::save);
            restored.restore(tape);
            Expect.that(tape.rest() == 0, () -> tape.rest() + " parts of a saved model were not read");
            Expect.that(
                    saved(restored::save).equals(saved(saved::save)), () -> "a restored model is not the one saved");
            deaf = restored;
        }
    }

    private static StateTape saved(Consumer<StateSink> save) {
        StateTape tape = new StateTape();
        save.accept(tape);
        return tape;
    }

    /** After all is unmapped only the roots are left, and after all spaces are gone nothing is. */
    private void takeDown() {
        for (AddressSpace space : simulation.spaces()) {
            if (space.kernel() != null) {
                // While a kernel is carried, what is unmapped in it keeps its tables.
                takeDown(new MemoryCommand.DestroySpace(space.name()));
            }
        }
        for (AddressSpace space : simulation.spaces()) {
            takeDown(new MemoryCommand.UnmapRange(space.name(), heard.inputRange(space.name()), true));
        }
        for (ModelStatistics.Space space : heard.statistics().spaces()) {
            Expect.that(
                    space.tables() == 1 && space.mappedBytes() == 0,
                    () -> space.tables() + " tables are left in " + space.space());
        }
        compareImages();
        for (AddressSpace space : simulation.spaces()) {
            takeDown(new MemoryCommand.DestroySpace(space.name()));
        }
        for (PageTableModel model : List.of(heard, deaf)) {
            model.image((address, words, offset, length) -> {
                throw new AssertionError("the table " + Hex.address(address) + " is left");
            });
        }
    }

    private void takeDown(MemoryCommand command) {
        doing = command;
        switch (simulation.decide(command)) {
            case Decision.Accepted(MemoryEvent event) -> {
                Step step = Step.of(simulation, event);
                Expect.that(isAccepted(List.of(step)), () -> "what is mapped cannot be unmapped");
                apply(step);
            }
            case Decision.Rejected(Rejection rejection) -> throw new AssertionError(rejection.sentence());
        }
    }

    /**
     * What a model is.
     *
     * @param simulation the neutral state that it shows
     * @param reports all that it says of itself
     * @param state all that it knows; empty where it cannot be taken apart
     */
    private record Known(Simulation simulation, String reports, Optional<StateTape> state) {}

    private Known known(PageTableModel model) {
        Optional<StateTape> state =
                model instanceof RestorableModel saved ? Optional.of(saved(saved::save)) : Optional.empty();
        return new Known(simulation, Reports.of(model, simulation), state);
    }

    /** Projects a history again, to the same bytes. */
    private void repeat(String who, List<Step> history, PageTableModel model, Known expected) {
        doing = "the same again, by " + who;
        history.forEach(step -> model.apply(step, null));
        String difference = Reports.difference(expected.reports, Reports.of(model, expected.simulation));
        Expect.that(difference == null, () -> "the same history gives " + difference);
        if (expected.state.isPresent() && model instanceof RestorableModel saved && model != deaf) {
            Expect.that(
                    expected.state.get().equals(saved(saved::save)),
                    () -> "the same history gives a model that is saved in another way");
        }
    }

    /** What fits needs no coarsening: a model that may widen refuses none of it, and writes the same words. */
    private void widen(List<Step> history, Known expected) {
        doing = "the same again, by a model that may widen";
        PageTableModel model = model(Coarsening.WIDEN);
        for (Step step : history) {
            PageTableModel.Refusal refusal = model.check(List.of(step));
            Expect.that(refusal == null, () -> "what fits is refused where more would: " + refusal);
            model.apply(step, null);
        }
        ModelStatistics figures = model.statistics();
        Expect.that(
                figures.overMappedBytes() == 0 && figures.widenedPermissionBytes() == 0,
                () -> figures.overMappedBytes() + " bytes are mapped and " + figures.widenedPermissionBytes()
                        + " are granted beyond what fits as it is");
        String difference = Reports.difference(expected.reports, Reports.of(model, expected.simulation));
        Expect.that(difference == null, () -> "what fits is written in another way: " + difference);
    }
}
