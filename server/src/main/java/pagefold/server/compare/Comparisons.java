package pagefold.server.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import pagefold.host.PluginHost;
import pagefold.model.PluginBinding;
import pagefold.model.Simulation;
import pagefold.server.compare.Comparer.Scope;
import pagefold.server.compare.Comparison.Row;
import pagefold.server.log.EventLog;
import pagefold.server.replay.Gate;
import pagefold.server.replay.History;
import pagefold.server.replay.NoSuchSpace;
import pagefold.server.replay.Projection;
import pagefold.server.replay.Reading;
import pagefold.server.replay.Replayed;
import pagefold.server.replay.Replayer;
import pagefold.server.replay.Trouble;
import pagefold.server.watch.PluginFailure;

/** The comparisons of a server, over the histories in its log. Reads and computes: not for event loops. */
public final class Comparisons {
    /** Most comparisons that are made or wait at one time; whoever runs them sees to it. */
    public static final int MAX_WAITING = 16;

    private static final Scope WHOLE = new Scope(null, Comparer.DEFAULT_TLB_ENTRIES);

    private final EventLog log;
    private final PluginHost host;
    private final Replayer replayer;
    private final Gate gate;

    /** A history to compare under, with what it has selected itself. */
    private record Start(long position, Replayed now) {
        Simulation state() {
            return switch (now) {
                case Replayed.Complete(Projection projection) -> projection.simulation();
                case Replayed.WithoutModel(Simulation state, Trouble trouble) -> state;
                case Replayed.Refused refused -> refused.rest().simulation();
            };
        }

        NoSuchSpace missing(String space) {
            return new NoSuchSpace(
                    space,
                    now instanceof Replayed.Complete(Projection projection) ? projection.destroyedAt(space) : null);
        }
    }

    /** Comparisons over a log, with the plugins of a host. */
    public Comparisons(EventLog log, PluginHost host) {
        this.log = log;
        this.host = host;
        this.replayer = new Replayer(log, host);
        this.gate = new Gate(log);
    }

    /**
     * Compares what a simulation has selected with candidates.
     *
     * @param at the position to look at, or {@code null} for the head
     * @throws Comparer.NoSuchCandidate when a plugin or profile is not there
     * @throws NoSuchSpace when the space is not there at that position
     */
    public Reading<Comparison> compare(String simulation, @Nullable Long at, List<Candidate> candidates, Scope scope) {
        return guarded(simulation, at, scope, start -> {
            List<Row> rows = new ArrayList<>();
            if (start.now() instanceof Replayed.Complete(Projection projection)) {
                rows.add(Comparer.bound(projection, scope));
            }
            rows.addAll(comparer(simulation, start).compare(candidates, scope).rows());
            return new Reading.Answered<>(start.position(), new Comparison(start.position(), rows));
        });
    }

    /**
     * Compares candidates for a history from a file. Nothing of it is kept.
     *
     * @throws Comparer.NoSuchCandidate when a plugin or profile is not there
     * @throws NoSuchSpace when the space is not there at the end
     */
    public Comparison compare(FileHistory file, List<Candidate> candidates, Scope scope) {
        return compare(host, file, candidates, scope);
    }

    /** The same without a server and its log. */
    public static Comparison compare(PluginHost host, FileHistory file, List<Candidate> candidates, Scope scope) {
        String space = scope.space();
        if (space != null && file.end().space(space) == null) {
            throw new NoSuchSpace(space, null);
        }
        long position = file.events().size();
        return new Comparer(host, History.of(file.events()), position).compare(candidates, scope);
    }

    /**
     * Compares two candidates range by range.
     *
     * @param at the position to look at, or {@code null} for the head
     * @param left the first one, or {@code null} for what the simulation has selected
     * @throws Comparer.NoSuchCandidate when a plugin or profile is not there
     * @throws NoSuchSpace when the space is not there at that position
     */
    public Reading<Comparison.Diff> diff(
            String simulation, @Nullable Long at, @Nullable Candidate left, Candidate right, Scope scope) {
        return guarded(simulation, at, scope, start -> {
            PluginBinding bound = start.state().binding();
            if (left == null && bound == null) {
                return new Reading.Failed<>(new Trouble.Unbound(simulation));
            }
            Candidate first = left != null || bound == null
                    ? left
                    : new Candidate(bound.plugin(), bound.version(), bound.profile(), bound.coarsening());
            return first == null
                    ? new Reading.Failed<>(new Trouble.Unbound(simulation))
                    : comparer(simulation, start).diff(first, right, scope);
        });
    }

    /**
     * What changed from one position to a later one, range by range and word by word.
     *
     * @param from the earlier position, from 1 to {@code at}
     * @param at the later position, or {@code null} for the head
     * @param under the binding to look through, or {@code null} for the one that is selected at the later position
     * @throws NoSuchSpace when the space is there at neither of them
     */
    public Reading<Changes> changes(
            String simulation, long from, @Nullable Long at, @Nullable PluginBinding under, @Nullable String space) {
        return gate.pass(simulation, at, found -> {
            long position = found.position();
            if (from > position) {
                return new Reading.Failed<>(new Trouble.BeyondHead(from, position));
            }
            Start later = new Start(position, replayer.at(simulation, position));
            PluginBinding binding = under == null ? later.state().binding() : under;
            if (binding == null) {
                return new Reading.Failed<>(new Trouble.Unbound(simulation));
            }
            if (!binding.equals(later.state().binding())) {
                later = new Start(position, replayer.shadow(binding, simulation, position));
            }
            Start earlier = new Start(from, replayer.through(binding, simulation, from));
            if (space != null
                    && earlier.state().space(space) == null
                    && later.state().space(space) == null) {
                throw later.missing(space);
            }
            if (!(earlier.now() instanceof Replayed.Complete(Projection before))) {
                return new Reading.Failed<>(earlier.now().trouble(simulation, binding));
            }
            if (!(later.now() instanceof Replayed.Complete(Projection after))) {
                return new Reading.Failed<>(later.now().trouble(simulation, binding));
            }
            return changes(simulation, new Changes.Between(before, after, space));
        });
    }

    private Reading<Changes> changes(String simulation, Changes.Between between) {
        long position = between.after().position();
        try {
            return new Reading.Answered<>(
                    position,
                    Changes.of(between, counter -> replayer.watch(between.before(), simulation, position, counter)));
        } catch (PluginFailure e) {
            return new Reading.Failed<>(Trouble.ModelFailed.of(e));
        } catch (Differences.TooManyRuns e) {
            return new Reading.Failed<>(e.trouble());
        }
    }

    /** What would become of a simulation if a plugin were selected now; the binding names one that is there. */
    public Reading<SwapReport> swap(String simulation, PluginBinding to) {
        return guarded(simulation, null, WHOLE, start -> {
            SwapReport report = comparer(simulation, start).report(start.state().binding(), to);
            return new Reading.Answered<>(start.position(), report);
        });
    }

    /** What holds the history of a simulation instead of a binding that does not. */
    public Reading<List<PluginBinding>> suggestions(String simulation, PluginBinding refused) {
        return guarded(
                simulation,
                null,
                WHOLE,
                start -> new Reading.Answered<>(
                        start.position(), comparer(simulation, start).suggestions(refused)));
    }

    private Comparer comparer(String simulation, Start start) {
        return new Comparer(host, History.of(log, simulation, start.position()), start.position());
    }

    private <R> Reading<R> guarded(
            String simulation, @Nullable Long at, Scope scope, Function<Start, Reading<R>> work) {
        return gate.pass(simulation, at, found -> {
            Start start = new Start(found.position(), replayer.at(simulation, found.position()));
            String space = scope.space();
            if (space != null && start.state().space(space) == null) {
                throw start.missing(space);
            }
            return work.apply(start);
        });
    }
}
