package pagefold.server.replay;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import pagefold.server.log.EventLog;
import pagefold.server.log.LogException;
import pagefold.server.log.LoggedSimulation;
import pagefold.server.log.NoSuchSimulation;

/** Lets in questions about histories whose simulation and position are there. */
public final class Gate {
    private final EventLog log;

    /** A gate before a log. */
    public Gate(EventLog log) {
        this.log = log;
    }

    /**
     * Answers a question, or says why there is no answer.
     *
     * @param at the position asked for, or {@code null} for the head
     * @param work gets the head row and the position, which is not behind it
     */
    public <R> Reading<R> pass(String simulation, @Nullable Long at, Function<Found, Reading<R>> work) {
        try {
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
            return new Reading.Failed<>(Trouble.of(e));
        }
    }

    /** What was asked for, and is there. */
    public record Found(LoggedSimulation head, long position) {}
}
