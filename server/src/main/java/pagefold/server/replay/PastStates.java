package pagefold.server.replay;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import pagefold.model.AddressSpace;
import pagefold.model.MemoryEvent;
import pagefold.model.PluginBinding;
import pagefold.server.log.EventLog;
import pagefold.server.log.RecordedEvent;
import pagefold.server.watch.PluginCall;
import pagefold.server.watch.PluginFailure;

/**
 * Answers questions about states below the head, and keeps the last few of them.
 *
 * <p>A state that nobody reads at the moment is taken on to a later position instead of being made again from the first
 * event. Blocks and computes: not for event loops.
 */
public final class PastStates {
    /** Most states kept. */
    public static final int MAX_STATES = 8;
    /** Most regions in the states kept: of large ones, fewer are kept, at least {@value #LEAST_STATES}. */
    public static final int MAX_REGIONS = 131_072;
    /** Most questions that are answered or wait at one time; whoever runs them sees to it. */
    public static final int MAX_QUESTIONS = 64;

    /** Two, since that is what a comparison looks at. */
    private static final int LEAST_STATES = 2;

    private final EventLog log;
    private final Replayer replayer;
    private final int maxRegions;
    private final Gate gate;
    private final Map<Key, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);

    /** {@code under} is the binding to look through; {@code null} for the one of that position. */
    private record Key(
            String simulation,
            long id,
            long position,
            @Nullable PluginBinding under) {

        boolean isSameHistory(Key other) {
            return simulation.equals(other.simulation) && id == other.id && Objects.equals(under, other.under);
        }
    }

    /** One state; its lock is held by whoever makes or reads it. */
    private static final class Entry {
        private static final int LOOK_MILLIS = 100;

        private final ReentrantLock lock = new ReentrantLock();
        /** What the holder of the lock is at. */
        private volatile PluginCall holder = PluginCall.current();

        private @Nullable Replayed made;
        private @Nullable Delta delta;
        private int readers;
        /** How many regions the state has, guarded by the monitor of all states. */
        private int regions;

        /** Takes the lock; or says why whoever holds it never lets go of it. */
        @Nullable
        PluginFailure lock() {
            try {
                while (!lock.tryLock(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                    PluginFailure failure = holder.givenUp();
                    if (failure != null) {
                        return failure;
                    }
                }
                holder = PluginCall.current();
                return null;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting for a state of the past", e);
            }
        }
    }

    /** Past states over a log. */
    public PastStates(EventLog log, Replayer replayer) {
        this(log, replayer, MAX_REGIONS);
    }

    PastStates(EventLog log, Replayer replayer, int maxRegions) {
        this.log = log;
        this.replayer = replayer;
        this.maxRegions = maxRegions;
        this.gate = new Gate(log);
    }

    /**
     * Asks a question at a position.
     *
     * @param position at least 1
     */
    public <R> Reading<R> ask(String simulation, long position, Question<R> question) {
        return guarded(simulation, position, null, key -> answer(key, question));
    }

    /**
     * Asks a question about the state that another plugin or profile would show.
     *
     * @param position at least 1, or {@code null} for the head
     */
    public <R> Reading<R> ask(String simulation, @Nullable Long position, PluginBinding under, Question<R> question) {
        return guarded(simulation, position, under, key -> answer(key, question));
    }

    /**
     * What the event at a position did to the tables.
     *
     * @param position at least 1
     */
    public Reading<Delta> delta(String simulation, long position) {
        return guarded(simulation, position, null, this::delta);
    }

    private <R> Reading<R> guarded(
            String simulation, @Nullable Long at, @Nullable PluginBinding under, Function<Key, Reading<R>> work) {
        return gate.pass(
                simulation,
                at,
                found -> work.apply(new Key(simulation, found.head().id(), found.position(), under)));
    }

    private <R> Reading<R> answer(Key key, Question<R> question) {
        return alone(key, entry -> {
            Replayed made = entry.made;
            if (made == null) {
                made = make(key, key.position());
                entry.made = made instanceof Replayed.WithoutModel ? null : made;
            }
            return made instanceof Replayed.Complete(Projection projection)
                    ? projection.answer(question)
                    : new Reading.Failed<>(made.trouble(key.simulation(), key.under()));
        });
    }

    /** Works with a state when nobody else does. */
    private <R> Reading<R> alone(Key key, Function<Entry, Reading<R>> work) {
        Entry entry = enter(key);
        try {
            PluginFailure failure = entry.lock();
            if (failure != null) {
                drop(entry);
                return new Reading.Failed<>(Trouble.ModelFailed.of(failure));
            }
            try {
                return work.apply(entry);
            } finally {
                entry.lock.unlock();
            }
        } finally {
            leave(entry);
        }
    }

    private synchronized void drop(Entry entry) {
        entries.values().remove(entry);
    }

    /** Takes a state from just before the event over it; the state is then kept as any other, and so is the delta. */
    private Reading<Delta> delta(Key key) {
        RecordedEvent event = log.eventAt(key.simulation(), key.position());
        if (event == null) {
            return new Reading.Failed<>(new Trouble.NoSuchSimulation(key.simulation()));
        }
        if (event.event() instanceof MemoryEvent.PluginSelected) {
            return new Reading.Answered<>(key.position(), Delta.none(event));
        }
        return alone(key, entry -> {
            Delta known = entry.delta;
            return known != null
                    ? new Reading.Answered<>(key.position(), known)
                    : step(entry, make(key, key.position() - 1), key, event);
        });
    }

    private static Reading<Delta> step(Entry entry, Replayed before, Key key, RecordedEvent event) {
        if (!(before instanceof Replayed.Complete(Projection projection))) {
            return new Reading.Failed<>(before.trouble(key.simulation(), null));
        }
        try {
            Delta delta = projection.delta(event);
            entry.delta = delta;
            entry.made = entry.made instanceof Replayed.Complete complete ? complete : before;
            return new Reading.Answered<>(key.position(), delta);
        } catch (PluginFailure e) {
            return new Reading.Failed<>(Trouble.ModelFailed.of(e));
        }
    }

    /**
     * The state at a position that is the key's or just below it, taken on from an earlier one or from a snapshot,
     * whichever is nearer.
     */
    private Replayed make(Key key, long position) {
        PluginBinding under = key.under();
        Projection earlier =
                takeEarlier(key, under == null ? replayer.snapshots().nearest(key.id(), position) : 0);
        if (earlier == null) {
            makeRoom(key);
        }
        if (under != null) {
            return earlier != null
                    ? replayer.shadowForward(earlier, key.simulation(), position)
                    : replayer.shadow(under, key.simulation(), position);
        }
        if (earlier != null) {
            Replayed forward = replayer.forward(earlier, key.simulation(), position);
            if (forward != null) {
                return forward;
            }
        }
        return replayer.at(key.simulation(), position);
    }

    private synchronized Entry enter(Key key) {
        Entry entry = entries.computeIfAbsent(key, absent -> new Entry());
        entry.readers++;
        letGo(0);
        return entry;
    }

    private synchronized void leave(Entry entry) {
        entry.readers--;
        if (entry.made == null) {
            entries.values().remove(entry);
            return;
        }
        entry.regions = regions(entry.made);
        letGo(0);
    }

    /** What would go as soon as a new state is there goes before it is made: its memory is not needed twice. */
    private synchronized void makeRoom(Key key) {
        letGo(entries.entrySet().stream()
                .filter(entry -> entry.getKey().isSameHistory(key))
                .mapToLong(entry -> entry.getValue().regions)
                .max()
                .orElse(0));
    }

    private static int regions(@Nullable Replayed made) {
        return made instanceof Replayed.Complete(Projection projection)
                ? projection.simulation().spaces().stream()
                        .mapToInt(AddressSpace::regionCount)
                        .sum()
                : 0;
    }

    /**
     * Lets go of the states that nobody has asked for the longest time and nobody reads, as long as there are too many.
     *
     * @param expected regions of a state that is about to be made
     */
    private void letGo(long expected) {
        List<Key> idle = new ArrayList<>();
        long regions = expected;
        for (Map.Entry<Key, Entry> each : entries.entrySet()) {
            regions += each.getValue().regions;
            if (each.getValue().readers == 0) {
                idle.add(each.getKey());
            }
        }
        for (Key key : idle) {
            if (entries.size() <= MAX_STATES && (regions <= maxRegions || entries.size() <= LEAST_STATES)) {
                break;
            }
            Entry gone = entries.remove(key);
            regions -= gone == null ? 0 : gone.regions;
        }
    }

    /** How many states there are now. */
    synchronized int size() {
        return entries.size();
    }

    /** The nearest state below a position, but not below another, that nobody reads; it is no longer kept. */
    private synchronized @Nullable Projection takeEarlier(Key key, long least) {
        Key nearest = entries.entrySet().stream()
                .filter(entry -> entry.getValue().readers == 0
                        && entry.getValue().made instanceof Replayed.Complete
                        && entry.getKey().isSameHistory(key)
                        && entry.getKey().position() < key.position()
                        && entry.getKey().position() >= least)
                .map(Map.Entry::getKey)
                .max(Comparator.comparingLong(Key::position))
                .orElse(null);
        Entry taken = nearest == null ? null : entries.remove(nearest);
        return taken != null && taken.made instanceof Replayed.Complete(Projection projection) ? projection : null;
    }

    /** Forgets all states that a plugin in one version has made. */
    public synchronized void forget(String plugin, String version) {
        entries.entrySet().removeIf(entry -> {
            PluginBinding binding = entry.getKey().under();
            if (binding == null && entry.getValue().made instanceof Replayed.Complete(Projection projection)) {
                binding = projection.binding();
            }
            return binding != null
                    && binding.plugin().equals(plugin)
                    && binding.version().equals(version);
        });
    }

    /** Forgets all states of a simulation, so that its plugins can go. */
    public synchronized void forget(String simulation) {
        entries.keySet().removeIf(key -> key.simulation().equals(simulation));
    }
}
