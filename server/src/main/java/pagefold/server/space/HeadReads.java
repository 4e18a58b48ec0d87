package pagefold.server.space;

import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.util.ArrayList;
import java.util.List;
import pagefold.server.log.EventLog;
import pagefold.server.log.LoggedSimulation;

/** What is asked of the head rows in the log, whoever has the simulations open. May be called on event loops. */
public final class HeadReads {
    private final EventLog log;
    private final WorkerExecutor blocking;

    HeadReads(EventLog log, WorkerExecutor blocking) {
        this.log = log;
        this.blocking = blocking;
    }

    /**
     * Some head rows, by name.
     *
     * @param ranges of the names, in order, none of which overlap
     * @param after only names behind this one; empty for all
     * @param limit at least 1
     */
    public Future<List<LoggedSimulation>> list(List<LoggedSimulation.NameRange> ranges, String after, int limit) {
        return blocking.executeBlocking(
                () -> {
                    List<LoggedSimulation> page = new ArrayList<>();
                    for (LoggedSimulation.NameRange range : ranges) {
                        if (page.size() < limit && range.below().compareTo(after) > 0) {
                            page.addAll(log.list(range, after, limit - page.size()));
                        }
                    }
                    return page;
                },
                false);
    }

    /** The head rows of those among some simulations that are there, in any order. */
    public Future<List<LoggedSimulation>> of(List<String> names) {
        return blocking.executeBlocking(() -> log.find(names), false);
    }

    /** Some head rows with ids behind {@code after}, up to {@code last}, by id. */
    public Future<List<LoggedSimulation>> byId(long after, long last, int limit) {
        return blocking.executeBlocking(() -> log.byId(after, last, limit), false);
    }

    /** How many simulations there are. */
    public Future<LoggedSimulation.Count> size() {
        return blocking.executeBlocking(log::size, false);
    }

    /** How many simulations somebody has made that are there. */
    public Future<Long> madeBy(String creator) {
        return blocking.executeBlocking(() -> log.madeBy(creator), false);
    }
}
