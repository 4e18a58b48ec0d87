package pagefold.server.history;

import org.jspecify.annotations.Nullable;
import pagefold.host.PluginHost;
import pagefold.model.PluginBinding;
import pagefold.server.history.Bisection.Evidence;
import pagefold.server.history.Bisection.Search;
import pagefold.server.log.EventLog;
import pagefold.server.log.RecordedEvent;
import pagefold.server.replay.Gate;
import pagefold.server.replay.NoSuchSpace;
import pagefold.server.replay.Projection;
import pagefold.server.replay.Reading;
import pagefold.server.replay.Replayed;
import pagefold.server.replay.Replayer;
import pagefold.server.replay.Trouble;
import pagefold.server.watch.PluginFailure;

/**
 * Searches histories for the position at which something begins to be so. Reads the database and computes: not for event
 * loops.
 *
 * <p>A search in order replays the events between its ends once. A search by halves makes the state of at most 64
 * positions, each from a snapshot before it.
 */
public final class Bisections {
    private final EventLog log;
    private final Replayer replayer;
    private final Gate gate;

    /**
     * What is searched.
     *
     * @param from the first position, at least 1
     * @param at the last position, or {@code null} for the head
     * @param under the binding to look through, or {@code null} for the one that is selected at the last position
     */
    public record Stretch(
            String simulation,
            long from,
            @Nullable Long at,
            @Nullable PluginBinding under) {}

    /** Searches in a log, with the plugins of a host. */
    public Bisections(EventLog log, PluginHost host) {
        this.log = log;
        this.replayer = new Replayer(log, host);
        this.gate = new Gate(log);
    }

    /**
     * Searches for a position at which a condition holds.
     *
     * @throws NoSuchSpace when the condition is about a space that was never there, up to the last position
     */
    public Reading<Bisection> find(Stretch stretch, Condition condition, Search search) {
        String simulation = stretch.simulation();
        return gate.pass(simulation, stretch.at(), found -> {
            long last = found.position();
            if (stretch.from() > last) {
                return new Reading.Failed<>(new Trouble.BeyondHead(stretch.from(), last));
            }
            Replayed ending = stretch.under() == null
                    ? replayer.at(simulation, last)
                    : replayer.through(stretch.under(), simulation, last);
            if (!(ending instanceof Replayed.Complete(Projection end))) {
                return new Reading.Failed<>(ending.trouble(simulation, stretch.under()));
            }
            String space = condition.space();
            if (space != null && isUnknown(space, end)) {
                throw new NoSuchSpace(space, null);
            }
            Replayed beginning = replayer.through(end.binding(), simulation, stretch.from());
            return beginning instanceof Replayed.Complete(Projection begin)
                    ? find(simulation, new Ends(begin, end), condition, search)
                    : new Reading.Failed<>(beginning.trouble(simulation, end.binding()));
        });
    }

    private static boolean isUnknown(String space, Projection end) {
        return end.simulation().space(space) == null && end.destroyedAt(space) == null;
    }

    /** The states at both ends. */
    private record Ends(Projection begin, Projection end) {}

    private Reading<Bisection> find(String simulation, Ends ends, Condition condition, Search search) {
        long from = ends.begin().position();
        long last = ends.end().position();
        PluginBinding binding = ends.end().binding();
        try {
            Judge judge = Judge.of(condition, ends.begin());
            Evidence there = judge.evidence(ends.begin());
            Examined result = there != null
                    ? new Examined(1, from, there)
                    : switch (search) {
                        case FIRST -> inOrder(simulation, ends, judge);
                        case BINARY -> byHalves(simulation, ends, judge);
                    };
            return new Reading.Answered<>(
                    last, new Bisection(from, last, binding, result.count(), found(simulation, result)));
        } catch (PluginFailure e) {
            return new Reading.Failed<>(Trouble.ModelFailed.of(e));
        }
    }

    /** How many positions were looked at, and what was found, if anything. */
    private record Examined(
            long count, long position, @Nullable Evidence evidence) {}

    private Bisection.@Nullable Found found(String simulation, Examined result) {
        Evidence evidence = result.evidence();
        RecordedEvent event = evidence == null ? null : log.eventAt(simulation, result.position());
        return evidence == null || event == null ? null : new Bisection.Found(event, evidence);
    }

    private Examined inOrder(String simulation, Ends ends, Judge judge) {
        long[] count = {1};
        Examined[] result = new Examined[1];
        replayer.visit(ends.begin(), simulation, ends.end().position(), (event, before, after) -> {
            count[0]++;
            Evidence evidence = judge.evidence(event.event(), before, after);
            if (evidence != null) {
                result[0] = new Examined(count[0], event.position(), evidence);
            }
            return evidence == null;
        });
        return result[0] == null ? new Examined(count[0], 0, null) : result[0];
    }

    private Examined byHalves(String simulation, Ends ends, Judge judge) {
        long not = ends.begin().position();
        long held = ends.end().position();
        long count = 2;
        Evidence evidence = judge.evidence(ends.end());
        while (evidence != null && held - not > 1) {
            long middle = (not + held) >>> 1;
            Projection state = at(ends.end().binding(), simulation, middle);
            Evidence there = judge.evidence(state);
            if (there == null) {
                not = middle;
            } else {
                held = middle;
                evidence = there;
            }
            count++;
        }
        return new Examined(count, held, evidence);
    }

    private Projection at(PluginBinding binding, String simulation, long position) {
        if (replayer.through(binding, simulation, position) instanceof Replayed.Complete(Projection projection)) {
            return projection;
        }
        throw new IllegalStateException("expected the state at position " + position
                + " of a history that the plugin holds to its end, but there is none");
    }
}
