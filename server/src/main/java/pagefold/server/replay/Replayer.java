package pagefold.server.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import pagefold.host.PluginHost;
import pagefold.model.MemoryEvent;
import pagefold.model.PluginBinding;
import pagefold.model.Simulation;
import pagefold.model.Step;
import pagefold.server.log.EventLog;
import pagefold.server.log.LoggedSimulation;
import pagefold.server.log.RecordedEvent;
import pagefold.server.watch.PluginFailure;

/** Makes projections from the log. Reads the database and computes: not for event loops. */
public final class Replayer {
    /** Events that a model gets at a time, before a snapshot is thought of. */
    static final int BATCH = 1024;

    private final EventLog log;
    private final PluginHost host;
    private final Snapshots snapshots;

    /** A replayer over a log, with the plugins of a host. */
    public Replayer(EventLog log, PluginHost host) {
        this(log, host, Images.NONE);
    }

    /** One that begins with images, too. */
    public Replayer(EventLog log, PluginHost host, Images images) {
        this.log = log;
        this.host = host;
        this.snapshots = new Snapshots(log, host, images);
    }

    /** The snapshots that this replayer begins with, and takes on its way. */
    public Snapshots snapshots() {
        return snapshots;
    }

    /**
     * The state at a position, under the plugin that is bound there: from the last image or snapshot before it on, or
     * from the first event.
     *
     * @param position at least 1; the head when it is beyond
     * @throws pagefold.server.log.LogException when the log cannot be read
     */
    public Replayed at(String simulation, long position) {
        LoggedSimulation head = log.find(simulation);
        // No simulation has the id 0; reading then says that there is none.
        long id = head == null ? 0 : head.id();
        Projection restored = snapshots.restore(simulation, id, position);
        Replayed forward = restored == null ? null : forward(restored, simulation, position);
        return forward != null ? forward : fromTheFirst(simulation, position, snapshots.pace(id, 0));
    }

    /** The state at a position, made of events alone. */
    Replayed fromTheFirst(String simulation, long position, Snapshots.@Nullable Pace pace) {
        Run run = new Run(Simulation.EMPTY, null, pace);
        log.read(simulation, 1, event -> run.take(event.event()) && event.position() < position);
        Replayed first = run.finish();
        PluginBinding last = run.state.binding();
        // Seldom: the plugin was swapped on the way, so that the model of the last one has not seen it all.
        return run.superseded && last != null ? under(last, simulation, run.state.position(), pace) : first;
    }

    private Replayed under(PluginBinding binding, String simulation, long position, Snapshots.@Nullable Pace pace) {
        Run run = new Run(Simulation.EMPTY, binding, pace);
        log.read(simulation, 1, event -> run.take(event.event()) && event.position() < position);
        return run.finish();
    }

    /**
     * Takes a projection on to a position.
     *
     * @return null when another plugin is selected on the way: the projection is of no use then
     */
    public @Nullable Replayed forward(Projection projection, String simulation, long position) {
        if (projection.position() >= position) {
            return new Replayed.Complete(projection);
        }
        Run run = new Run(projection);
        log.read(
                simulation, projection.position() + 1, event -> run.take(event.event()) && event.position() < position);
        return run.superseded ? null : run.finish();
    }

    /**
     * The whole history up to a position, under another binding: every event is checked before it is applied.
     *
     * @param position the head at the time of the call, or below; 0 gives an empty projection
     */
    public Replayed shadow(PluginBinding binding, String simulation, long position) {
        return tried(binding, History.of(log, simulation, position));
    }

    /** The state at a position under a binding, which may be the one that is selected there, or another. */
    public Replayed through(PluginBinding binding, String simulation, long position) {
        return at(simulation, position) instanceof Replayed.Complete complete
                        && complete.projection().binding().equals(binding)
                ? complete
                : shadow(binding, simulation, position);
    }

    /**
     * A projection to take on from, not behind a position: from the last snapshot before it, or else an empty one.
     *
     * @param simulation its id in the log
     */
    public Replayed start(PluginBinding binding, long simulation, long position) {
        Projection restored = position == 0 ? null : snapshots.restore(simulation, position);
        return restored != null && restored.binding().equals(binding)
                ? new Replayed.Complete(restored)
                : empty(host, binding);
    }

    /** A projection of no events, or why there is none. */
    static Replayed empty(PluginHost host, PluginBinding binding) {
        try {
            return switch (host.find(binding.plugin(), binding.version(), binding.profile())) {
                case PluginHost.Lookup.Found found -> new Replayed.Complete(Projection.open(found.plugin(), binding));
                case PluginHost.Lookup.Missing missing ->
                    new Replayed.WithoutModel(Simulation.EMPTY, new Trouble.PluginMissing(missing.rejection()));
            };
        } catch (PluginFailure e) {
            return new Replayed.WithoutModel(Simulation.EMPTY, Trouble.ModelFailed.of(e));
        }
    }

    /**
     * Takes a projection on to a position, event by event, and has a watcher hear of all that is done to the words.
     *
     * @param position to which the projection's plugin can hold the history
     * @throws PluginFailure when the plugin fails on the way
     */
    public void watch(Projection projection, String simulation, long position, Watcher watcher) {
        each(projection, simulation, position, event -> {
            watcher.next(event);
            projection.apply(event.event(), watcher);
            return true;
        });
    }

    /** Looks at what an event led to. */
    @FunctionalInterface
    public interface Visitor {
        /** The event has just been taken; answers whether more are wanted. */
        boolean visit(RecordedEvent event, Simulation before, Projection after);
    }

    /**
     * Takes a projection on, event by event, until a position is reached or a visitor has seen enough.
     *
     * @param position to which the projection's plugin can hold the history
     * @throws PluginFailure when the plugin fails on the way
     */
    public void visit(Projection projection, String simulation, long position, Visitor visitor) {
        each(projection, simulation, position, event -> {
            Simulation before = projection.simulation();
            projection.apply(event.event(), null);
            return visitor.visit(event, before, projection);
        });
    }

    private void each(Projection projection, String simulation, long position, Predicate<RecordedEvent> taker) {
        if (projection.position() < position) {
            log.read(simulation, projection.position() + 1, event -> taker.test(event) && event.position() < position);
        }
    }

    /** As {@link #shadow}, for a history from anywhere. */
    public Replayed tried(PluginBinding binding, History history) {
        return tried(host, binding, history);
    }

    /** The same with the plugins of a host, without a log. */
    public static Replayed tried(PluginHost host, PluginBinding binding, History history) {
        return tried(host, binding, history, false);
    }

    /** Whether a plugin holds a whole history; one that fails at it does not. */
    public static boolean holds(PluginHost host, PluginBinding binding, History history) {
        return tried(host, binding, history, true) instanceof Replayed.Complete;
    }

    private static Replayed tried(PluginHost host, PluginBinding binding, History history, boolean endsAtFirst) {
        Replayed opened = empty(host, binding);
        return opened instanceof Replayed.Complete(Projection empty)
                ? continued(new Trial(empty, endsAtFirst), history)
                : opened;
    }

    /** Takes a projection that {@link #shadow} made on to a later position, checking every event. */
    public Replayed shadowForward(Projection projection, String simulation, long position) {
        return continued(new Trial(projection, false), History.of(log, simulation, position));
    }

    private static Replayed continued(Trial trial, History history) {
        try {
            history.read(trial.position() + 1, trial::take);
            return trial.finish();
        } catch (PluginFailure e) {
            return new Replayed.WithoutModel(Simulation.EMPTY, Trouble.ModelFailed.of(e));
        }
    }

    /** One pass over events that were all accepted by the plugin that is bound. */
    private final class Run {
        private final @Nullable PluginBinding forced;
        private final List<Step> buffer = new ArrayList<>();
        private final Snapshots.@Nullable Pace pace;
        private Simulation state;
        private @Nullable Projection projection;
        private @Nullable Trouble trouble;
        private boolean superseded;

        Run(Simulation state, @Nullable PluginBinding forced, Snapshots.@Nullable Pace pace) {
            this.state = state;
            this.pace = pace;
            this.forced = forced;
            if (forced != null) {
                open(forced);
            }
        }

        Run(Projection projection) {
            this.state = projection.simulation();
            this.forced = null;
            this.projection = projection;
            this.pace = null;
        }

        boolean take(MemoryEvent event) {
            Step step = Step.of(state, event);
            state = step.after();
            if (forced == null && event instanceof MemoryEvent.PluginSelected selected) {
                if (projection != null || trouble != null) {
                    superseded = true;
                    projection = null;
                    trouble = null;
                    buffer.clear();
                } else if (!superseded) {
                    open(selected.binding());
                }
            }
            if (projection != null) {
                buffer.add(step);
                if (buffer.size() == BATCH) {
                    flush();
                }
            }
            return true;
        }

        private void open(PluginBinding binding) {
            Replayed opened = empty(host, binding);
            if (opened instanceof Replayed.Complete complete) {
                projection = complete.projection();
            } else {
                trouble = opened.trouble("", binding);
            }
        }

        private void flush() {
            Projection target = projection;
            if (target != null && !buffer.isEmpty()) {
                try {
                    target.apply(buffer);
                    if (pace != null) {
                        pace.offer(target);
                    }
                } catch (PluginFailure e) {
                    trouble = Trouble.ModelFailed.of(e);
                    projection = null;
                }
                buffer.clear();
            }
        }

        Replayed finish() {
            flush();
            Projection result = projection;
            if (result != null) {
                return new Replayed.Complete(result);
            }
            Trouble found = trouble;
            return new Replayed.WithoutModel(state, found != null ? found : new Trouble.Unbound(""));
        }
    }
}
