package pagefold.server.replay;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.model.PluginBinding;
import pagefold.server.log.RecordedEvent;
import pagefold.server.watch.PluginFailure;

/**
 * Holds tables that have grown event by event against what a replay of the same events comes to: the same log gives the
 * same bytes, or the plugin is wrong. Reads the database and computes: not for event loops.
 */
public final class Recheck {
    private final Replayer replayer;

    /** Checks with the replays of a replayer. */
    public Recheck(Replayer replayer) {
        this.replayer = replayer;
    }

    /**
     * Whose tables they are.
     *
     * @param simulation its name
     * @param id its id in the log
     * @param binding whose tables they are
     */
    public record Model(String simulation, long id, PluginBinding binding) {}

    /**
     * What was seen.
     *
     * @param good a position up to which nothing is in doubt
     * @param position of the tables
     * @param hash of the tables at that position
     */
    public record Seen(Model model, long good, long position, String hash) {}

    /**
     * What came of it.
     *
     * @param trouble what is wrong, or {@code null}
     * @param events how many had to be replayed
     */
    public record Outcome(Trouble.@Nullable ModelFailed trouble, long events) {}

    /** Replays, and compares. */
    public Outcome check(Seen seen) {
        try {
            Traces traces = new Traces();
            Projection again = replay(seen, traces);
            boolean isSame = again == null || again.imageHash().equals(seen.hash());
            return new Outcome(isSame ? null : failed(seen), traces.count());
        } catch (PluginFailure e) {
            return new Outcome(Trouble.ModelFailed.of(e), 0);
        }
    }

    private @Nullable Projection replay(Seen seen, Watcher watcher) {
        Model model = seen.model();
        if (replayer.start(model.binding(), model.id(), seen.good()) instanceof Replayed.Complete(Projection start)) {
            replayer.watch(start, model.simulation(), seen.position(), watcher);
            return start;
        }
        // The plugin is gone meanwhile, or cannot even make a model; whoever needs one will be told.
        return null;
    }

    /** Two more replays tell whether there is an event of which the plugin makes something else every time. */
    private Trouble.ModelFailed failed(Seen seen) {
        Traces one = new Traces();
        Traces other = new Traces();
        replay(seen, one);
        replay(seen, other);
        RecordedEvent event = one.firstUnlike(other);
        String what = event == null
                ? "the events after position " + seen.good()
                : event.event().getClass().getSimpleName() + " at position " + event.position();
        PluginBinding binding = seen.model().binding();
        return new Trouble.ModelFailed(
                event == null ? seen.position() : event.position(),
                binding,
                "the plugin " + binding.plugin() + " makes other tables of " + what
                        + " when they are replayed, seen at position " + seen.position());
    }

    /** What each event did to the words, as a number. */
    private static final class Traces implements Watcher {
        private final List<RecordedEvent> events = new ArrayList<>();
        private final List<Long> traces = new ArrayList<>();
        private long trace;

        @Override
        public void next(RecordedEvent event) {
            if (!events.isEmpty()) {
                traces.add(trace);
            }
            trace = 0;
            events.add(event);
        }

        private void mix(long value) {
            // The multiplier of a linear congruential generator with full period: order counts, zeros too.
            trace = (trace + value + 1) * 6_364_136_223_846_793_005L;
        }

        @Override
        public void wrote(long address, int level, long oldWord, long newWord) {
            mix(address);
            mix(level);
            mix(oldWord);
            mix(newWord);
        }

        @Override
        public void invalidated(String space, long start, long last, boolean leafOnly) {
            mix(space.hashCode());
            mix(start);
            mix(last);
        }

        @Override
        public void invalidatedAll(String space) {
            mix(space.hashCode());
        }

        long count() {
            return events.size();
        }

        @Nullable
        RecordedEvent firstUnlike(Traces other) {
            traces.add(trace);
            other.traces.add(other.trace);
            for (int i = 0; i < Math.min(traces.size(), other.traces.size()); i++) {
                if (!traces.get(i).equals(other.traces.get(i))) {
                    return events.get(i);
                }
            }
            return null;
        }
    }
}
