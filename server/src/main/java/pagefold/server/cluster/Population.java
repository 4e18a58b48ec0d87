package pagefold.server.cluster;

import io.vertx.core.Future;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import pagefold.server.log.LoggedSimulation;
import pagefold.server.space.HeadReads;

/**
 * How many simulations of the log are in each partition. The names of all are read once; later only those of simulations
 * that were made since, unless some were removed, which the log's own count tells.
 */
final class Population {
    /** So many names take an event loop a few milliseconds. */
    private static final int PAGE = 2_000;

    private final HeadReads heads;
    private final int partitions;
    private final ToIntFunction<String> partitionOf;
    private Counted known;
    private @Nullable Future<Counted> counting;

    /** What was counted, up to an id. Nobody changes the array when it is there. */
    private record Counted(long lastId, long total, long[] counts) {}

    Population(HeadReads heads, int partitions, ToIntFunction<String> partitionOf) {
        this.heads = heads;
        this.partitions = partitions;
        this.partitionOf = partitionOf;
        known = new Counted(0, 0, new long[partitions]);
    }

    /** The number of simulations in each partition. Whoever asks while they are counted gets the same answer. */
    synchronized Future<long[]> counts() {
        Future<Counted> running = counting;
        if (running == null) {
            Counted last = known;
            running = heads.size().compose(size -> count(last, size));
            counting = running;
            running.onComplete(done -> counted(done.succeeded() ? done.result() : last));
        }
        return running.map(Counted::counts);
    }

    private synchronized void counted(Counted result) {
        known = result;
        counting = null;
    }

    private Future<Counted> count(Counted last, LoggedSimulation.Count size) {
        if (size.lastId() == last.lastId && size.simulations() == last.total) {
            return Future.succeededFuture(last);
        }
        // As many as were there with the new ones: then none of the old ones has gone.
        return read(new Counted(last.lastId, last.total, last.counts.clone()), size.lastId())
                .compose(more -> more.total == size.simulations() || last.lastId == 0
                        ? Future.succeededFuture(more)
                        : read(new Counted(0, 0, new long[partitions]), size.lastId()));
    }

    private Future<Counted> read(Counted before, long upTo) {
        return heads.byId(before.lastId, upTo, PAGE).compose(page -> {
            page.forEach(row -> before.counts[partitionOf.applyAsInt(row.name())]++);
            long total = before.total + page.size();
            return page.size() < PAGE
                    ? Future.succeededFuture(new Counted(upTo, total, before.counts))
                    : read(new Counted(page.getLast().id(), total, before.counts), upTo);
        });
    }
}
