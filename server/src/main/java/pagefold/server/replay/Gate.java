package pagefold.server.replay;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import pagefold.server.log.EventLog;
import pagefold.server.log.LogException;
import pagefold.server.log.LoggedSimulation;
import pagefold.server.log.NoSuchSimulation;

/** Lets in questions about histories, a few at one time, each with a simulation and a position that are there. */
public final class Gate {
    private final EventLog log;
    private final String what;
    private final int most;
    private final AtomicInteger inside = new AtomicInteger();

    /**
     * A gate before a log.
     *
     * @param what of what there are so many, in words
     * @param most that are answered or wait at one time
     */
    public Gate(EventLog log, String what, int most) {
        this.log = log;
        this.what = what;
        this.most = most;
    }

    /**
     * Answers a question, or says why there is no answer.
     *
     * @param at the position asked for, or {@code null} for the head
     * @param work gets the head row and the position, which is not behind it
     */
    public <R> Reading<R> pass(String simulation, @Nullable Long at, Function<Found, Reading<R>> work) {
        int now = inside.incrementAndGet();
        try {
            if (now > most) {
                return new Reading.Failed<>(new Trouble.Busy(what, most, now));
            }
            LoggedSimulation head = log.find(simulation);
            if (head == null) {
                return new Reading.Failed<>(new Trouble.NoSuchSimulation(simulation));
            }
            long position = at == null ? head.head() : at;
            return position > head.head()
                    ? new Reading.Failed<>(new Trouble.BeyondHead(position, head.head()))
                    : work.apply(new Found(head, position));
        } catch (NoSuchSimulation e) {
            return new Reading.Failed<>(new Trouble.NoSuchSimulation(simulation));
        } catch (LogException e) {
            return new Reading.Failed<>(new Trouble.LogFailed(String.valueOf(e.getMessage())));
        } finally {
            inside.decrementAndGet();
        }
    }

    /** What was asked for, and is there. */
    public record Found(LoggedSimulation head, long position) {}
}
