package pagefold.server.space;

import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import pagefold.server.replay.Trouble;

/** Lets what makes and removes simulations of one name happen one after the other, in the order of the calls. */
final class Turns {
    private final int limit;
    private final Map<String, Waiting> waiting = new HashMap<>();

    /** What is last in a line, and how many are in it. */
    private record Waiting(Future<?> last, int count) {}

    /**
     * Nobody waits.
     *
     * @param limit most calls for one name that are not finished
     */
    Turns(int limit) {
        this.limit = limit;
    }

    /**
     * Does something when all that came before for the same name has ended, well or not.
     *
     * @param refused what comes of it when too many wait already
     */
    <T> Future<T> take(String name, Function<Trouble, T> refused, Supplier<Future<T>> work) {
        Future<T> mine;
        synchronized (this) {
            Waiting before = waiting.getOrDefault(name, new Waiting(Future.succeededFuture(), 0));
            if (before.count >= limit) {
                return Future.succeededFuture(refused.apply(
                        new Trouble.Busy("requests to make or remove a simulation", limit, before.count)));
            }
            mine = before.last.transform(done -> work.get());
            waiting.put(name, new Waiting(mine, before.count + 1));
        }
        mine.onComplete(done -> leave(name));
        return mine;
    }

    private synchronized void leave(String name) {
        waiting.computeIfPresent(name, (key, line) -> line.count == 1 ? null : new Waiting(line.last, line.count - 1));
    }
}
