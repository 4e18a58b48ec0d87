package pagefold.server.replay;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import pagefold.server.log.EventLog;
import pagefold.server.log.LogException;
import pagefold.server.log.LoggedSimulation;
import pagefold.server.log.NoSuchSimulation;

/**
 * Answers questions about states below the head, and keeps the last few of them.
 *
 * <p>A state that nobody reads at the moment is taken on to a later position instead of being made again from the first
 * event. Blocks and computes: not for event loops.
 */
public final class PastStates {
    /** Most states kept. */
    public static final int MAX_STATES = 8;
    /** Most questions that are answered or wait at one time. */
    public static final int MAX_QUESTIONS = 64;

    private final EventLog log;
    private final Replayer replayer;
    private final AtomicInteger questions = new AtomicInteger();
    private final Map<Key, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);

    private record Key(String simulation, long createdMillis, long position) {}

    /** One state; its monitor is held by whoever makes or reads it. */
    private static final class Entry {
        private @Nullable Replayed made;
        private int readers;
    }

    /** Past states over a log. */
    public PastStates(EventLog log, Replayer replayer) {
        this.log = log;
        this.replayer = replayer;
    }

    /**
     * Asks a question at a position.
     *
     * @param position at least 1
     */
    public <R> Reading<R> ask(String simulation, long position, Question<R> question) {
        int waiting = questions.incrementAndGet();
        try {
            if (waiting > MAX_QUESTIONS) {
                return new Reading.Failed<>(new Trouble.Busy("questions about past states", MAX_QUESTIONS, waiting));
            }
            LoggedSimulation head = log.find(simulation);
            if (head == null) {
                return new Reading.Failed<>(new Trouble.NoSuchSimulation(simulation));
            }
            if (position > head.head()) {
                return new Reading.Failed<>(new Trouble.BeyondHead(position, head.head()));
            }
            return answer(new Key(simulation, head.createdMillis(), position), question);
        } catch (NoSuchSimulation e) {
            return new Reading.Failed<>(new Trouble.NoSuchSimulation(simulation));
        } catch (LogException e) {
            return new Reading.Failed<>(new Trouble.LogFailed(String.valueOf(e.getMessage())));
        } finally {
            questions.decrementAndGet();
        }
    }

    private <R> Reading<R> answer(Key key, Question<R> question) {
        Entry entry = enter(key);
        try {
            synchronized (entry) {
                Replayed made = entry.made;
                if (made == null) {
                    made = make(key);
                    entry.made = made;
                }
                return switch (made) {
                    case Replayed.Complete complete -> complete.projection().answer(question);
                    case Replayed.WithoutModel without -> new Reading.Failed<>(named(without.trouble(), key));
                    case Replayed.Refused refused ->
                        throw new IllegalStateException("expected a history that was accepted, but event "
                                + refused.events().getFirst().position() + " is refused");
                };
            }
        } finally {
            leave(entry);
        }
    }

    private static Trouble named(Trouble trouble, Key key) {
        return trouble instanceof Trouble.Unbound ? new Trouble.Unbound(key.simulation()) : trouble;
    }

    private Replayed make(Key key) {
        Projection earlier = takeEarlier(key);
        if (earlier != null) {
            Replayed forward = replayer.forward(earlier, key.simulation(), key.position());
            if (forward != null) {
                return forward;
            }
        }
        return replayer.at(key.simulation(), key.position());
    }

    private synchronized Entry enter(Key key) {
        Entry entry = entries.computeIfAbsent(key, absent -> new Entry());
        entry.readers++;
        List<Key> idle = new ArrayList<>();
        entries.forEach((other, candidate) -> {
            if (candidate.readers == 0) {
                idle.add(other);
            }
        });
        for (int i = 0; entries.size() > MAX_STATES && i < idle.size(); i++) {
            entries.remove(idle.get(i));
        }
        return entry;
    }

    private synchronized void leave(Entry entry) {
        entry.readers--;
        if (entry.made == null) {
            entries.values().remove(entry);
        }
    }

    /** The nearest state below a position that nobody reads; it is no longer kept. */
    private synchronized @Nullable Projection takeEarlier(Key key) {
        Key nearest = entries.entrySet().stream()
                .filter(entry -> entry.getValue().readers == 0
                        && entry.getValue().made instanceof Replayed.Complete
                        && entry.getKey().simulation().equals(key.simulation())
                        && entry.getKey().createdMillis() == key.createdMillis()
                        && entry.getKey().position() < key.position())
                .map(Map.Entry::getKey)
                .max(Comparator.comparingLong(Key::position))
                .orElse(null);
        Entry taken = nearest == null ? null : entries.remove(nearest);
        return taken != null && taken.made instanceof Replayed.Complete(Projection projection) ? projection : null;
    }

    /** Forgets all states of a simulation, so that its plugins can go. */
    public synchronized void forget(String simulation) {
        entries.keySet().removeIf(key -> key.simulation().equals(simulation));
    }
}
