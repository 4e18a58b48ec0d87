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
    static @Nullable Trouble delete(EventLog log, String name) {
        try {
            return log.delete(name) ? null : new Trouble.NoSuchSimulation(name);
        } catch (LogException e) {
            return Trouble.of(e);
        }
    }

    /** The position of the head; 0 when there is no such simulation. */
    static long head(EventLog log, String name) {
        LoggedSimulation head = log.find(name);
        return head == null ? 0 : head.head();
    }
}
