package pagefold.server.space;

import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.server.log.EventLog;
import pagefold.server.log.LogException;
import pagefold.server.log.LoggedSimulation;
import pagefold.server.log.NoSuchSimulation;
import pagefold.server.log.RecordedEvent;
import pagefold.server.replay.Reading;
import pagefold.server.replay.Trouble;

/** What is asked of the log alone. Blocks: not for event loops. */
final class HistoryReads {
    private HistoryReads() {}

    /** Some events, at the head at the time of the call. */
    static Reading<List<RecordedEvent>> events(EventLog log, String name, long from, int limit) {
        try {
            LoggedSimulation head = log.find(name);
            return head == null
                    ? new Reading.Failed<>(new Trouble.NoSuchSimulation(name))
                    : new Reading.Answered<>(head.head(), log.read(name, from, limit));
        } catch (NoSuchSimulation e) {
            return new Reading.Failed<>(new Trouble.NoSuchSimulation(name));
        } catch (LogException e) {
            return new Reading.Failed<>(Trouble.of(e));
        }
    }

    /** Removes a simulation from the log; answers what kept it from that, or {@code null}. */
    static @Nullable Trouble delete(EventLog log, String name, @Nullable Long expected) {
        try {
            LoggedSimulation found = log.delete(name, expected);
            return found == null ? new Trouble.NoSuchSimulation(name) : stale(found, expected);
        } catch (LogException e) {
            return Trouble.of(e);
        }
    }

    /** That a simulation is at another position than is expected; {@code null} when it is there, or nothing is. */
    static @Nullable Trouble stale(EventLog log, String name, @Nullable Long expected) {
        try {
            LoggedSimulation found = expected == null ? null : log.find(name);
            return found == null ? null : stale(found, expected);
        } catch (LogException e) {
            return Trouble.of(e);
        }
    }

    private static @Nullable Trouble stale(LoggedSimulation found, @Nullable Long expected) {
        return expected == null || found.head() == expected ? null : new Trouble.Stale(expected, found.head());
    }

    /** The position of the head; 0 when there is no such simulation. */
    static long head(EventLog log, String name) {
        LoggedSimulation head = log.find(name);
        return head == null ? 0 : head.head();
    }
}
