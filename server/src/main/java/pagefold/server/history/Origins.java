package pagefold.server.history;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.host.PluginHost;
import pagefold.model.Access;
import pagefold.model.AddressSpace;
import pagefold.model.PluginBinding;
import pagefold.model.Privilege;
import pagefold.server.history.WordWriters.Stage;
import pagefold.server.log.EventLog;
import pagefold.server.replay.Gate;
import pagefold.server.replay.NoSuchSpace;
import pagefold.server.replay.Projection;
import pagefold.server.replay.Reading;
import pagefold.server.replay.Replayed;
import pagefold.server.replay.Replayer;
import pagefold.server.replay.Trouble;
import pagefold.server.watch.PluginFailure;
import pagefold.table.PageTableModel;
import pagefold.table.Walk;

/**
 * Finds where the words that a walk reads come from. Reads the database and computes: not for event loops.
 *
 * <p>The history is replayed in stretches, the last one first, each at least twice as long as all before it together,
 * from a snapshot where there is one, until every word has its writer: each event at most once, and the more recent the
 * writers, the fewer of them. Memory is that of two models.
 */
public final class Origins {
    /** Most questions that are answered or wait at one time; whoever runs them sees to it. */
    public static final int MAX_WAITING = 16;
    /** Events of the first stretch, at least. */
    private static final long FIRST_STRETCH = 4_096;

    private final EventLog log;
    private final Replayer replayer;
    private final Gate gate;

    /** The walk that is asked about. */
    public record Question(String space, @Nullable String second, long address, Access access, Privilege privilege) {}

    /** These spaces are not two stages of one translation. */
    public static final class NoSecondStage extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final transient AddressSpace space;
        private final String second;

        NoSecondStage(AddressSpace space, String second) {
            super("The space '" + space.name() + "' cannot be walked through '" + second + "'.");
            this.space = space;
            this.second = second;
        }

        /** The first one. */
        public AddressSpace space() {
            return space;
        }

        /** The name of the second one. */
        public String second() {
            return second;
        }
    }

    /** Questions to the histories of a log, with the plugins of a host. */
    public Origins(EventLog log, PluginHost host) {
        this.log = log;
        this.replayer = new Replayer(log, host);
        this.gate = new Gate(log);
    }

    /**
     * Walks, and finds where the words come from.
     *
     * @param at the position to look at, or {@code null} for the head
     * @param under the binding to look through, or {@code null} for the one that is selected there
     * @throws NoSuchSpace when a space is not there at that position
     * @throws NoSecondStage when the spaces are not two stages of one translation
     */
    public Reading<Origin> find(
            String simulation, @Nullable Long at, @Nullable PluginBinding under, Question question) {
        return gate.pass(simulation, at, found -> {
            Replayed seen = under == null
                    ? replayer.at(simulation, found.position())
                    : replayer.through(under, simulation, found.position());
            return seen instanceof Replayed.Complete(Projection projection)
                    ? find(new Place(simulation, found.head().id()), projection, question)
                    : new Reading.Failed<>(seen.trouble(simulation, under));
        });
    }

    /** A simulation, by its name and its id in the log. */
    private record Place(String simulation, long id) {}

    private Reading<Origin> find(Place place, Projection projection, Question question) {
        AddressSpace space = there(projection, question.space());
        String second = question.second();
        if (second != null) {
            there(projection, second);
        }
        Reading<Walked> walked = projection.answer(asked -> Walked.of(asked.model(), question));
        if (!(walked
                instanceof
                Reading.Answered<Walked>(long position, Walked(Walk walk, List<Stage> stages, boolean isBeyond)))) {
            return new Reading.Failed<>(((Reading.Failed<Walked>) walked).trouble());
        }
        if (walk == null) {
            throw new NoSecondStage(space, String.valueOf(second));
        }
        WordWriters writers = new WordWriters(walk.steps(), stages);
        Trouble trouble = trace(place, position, projection.binding(), writers);
        if (trouble != null) {
            return new Reading.Failed<>(trouble);
        }
        String kernel = isBeyond ? space.kernel() : null;
        Lineage lineage = kernel == null
                ? Lineage.of(log, place.simulation(), position, space.name(), question.address())
                : Lineage.ofCarried(log, place.simulation(), position, space.name(), kernel, question.address());
        return new Reading.Answered<>(
                position,
                new Origin(position, projection.binding(), walk, writers.found(), lineage.events(), lineage.count()));
    }

    /**
     * A walk, {@code null} where there is no second stage, and how its words are to be read.
     *
     * @param isBeyond whether the address is none that the space itself can map
     */
    private record Walked(@Nullable Walk walk, List<Stage> stages, boolean isBeyond) {

        static Walked of(PageTableModel model, Question question) {
            String second = question.second();
            List<Stage> stages = new ArrayList<>();
            stages.add(new Stage(question.space(), model.breakRules(question.space())));
            // A space of kind stage2, or hyp, has all its words in the one stage that it is.
            stages.add(second == null ? stages.getFirst() : new Stage(second, model.breakRules(second)));
            Walk walk = second == null
                    ? model.walk(question.space(), question.address(), question.access(), question.privilege())
                    : model.walk(question.space(), second, question.address(), question.access(), question.privilege());
            boolean isBeyond = !model.inputRange(question.space()).contains(question.address());
            return new Walked(walk, stages, isBeyond);
        }
    }

    private static AddressSpace there(Projection projection, String name) {
        AddressSpace space = projection.simulation().space(name);
        if (space == null) {
            throw new NoSuchSpace(name, projection.destroyedAt(name));
        }
        return space;
    }

    private @Nullable Trouble trace(Place place, long position, PluginBinding binding, WordWriters writers) {
        long end = position;
        long stretch = FIRST_STRETCH;
        while (end > 0 && !writers.areAllFound()) {
            Replayed start = replayer.start(binding, place.id(), Math.max(0, end - stretch));
            if (!(start instanceof Replayed.Complete(Projection projection))) {
                return start.trouble(place.simulation(), binding);
            }
            long begin = projection.position();
            try {
                replayer.watch(projection, place.simulation(), end, writers);
            } catch (PluginFailure e) {
                return Trouble.ModelFailed.of(e);
            }
            writers.endStretch();
            end = begin;
            stretch = 2 * stretch;
        }
        return null;
    }
}
