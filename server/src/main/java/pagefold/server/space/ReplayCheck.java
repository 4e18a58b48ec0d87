package pagefold.server.space;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.function.Consumer;
import pagefold.server.replay.Projection;
import pagefold.server.replay.Reading;
import pagefold.server.replay.Recheck;
import pagefold.server.replay.Trouble;

/**
 * Holds the tables of one generation of a model against a replay from time to time, behind everything else.
 *
 * <p>Used on the writer's virtual thread. A check costs the model the hash of its tables, and the server a replay of the
 * events since the last check.
 */
final class ReplayCheck {
    /** Fewest events from one check to the next. */
    static final int LEAST_EVENTS = 4096;
    /** Tables of more bytes are not hashed: the model would take no commands meanwhile. */
    static final long MAX_TABLE_BYTES = 4L << 20;

    private final Vertx vertx;
    private final ReplayChecks checks;
    private final ModelLink.Generation generation;
    private final Recheck.Model model;
    private long good;
    private long next;
    private boolean isUnderWay;

    /**
     * Checks of a model.
     *
     * @param good to which position it has come by a replay
     */
    ReplayCheck(Vertx vertx, ReplayChecks checks, ModelLink.Generation generation, Recheck.Model model, long good) {
        this.vertx = vertx;
        this.checks = checks;
        this.generation = generation;
        this.model = model;
        this.good = good;
        this.next = good + LEAST_EVENTS;
    }

    /** The model has come to a position; {@code failed} hears of it when its tables are not what they ought to be. */
    void offer(long position, Consumer<Trouble> failed) {
        if (position < next || isUnderWay || !checks.isDue()) {
            return;
        }
        isUnderWay = true;
        generation.<String>read(ReplayCheck::hash, null).onComplete(read -> {
            isUnderWay = false;
            if (read.succeeded() && read.result() instanceof Reading.Answered<String>(long at, String hash)) {
                next = at + LEAST_EVENTS;
                if (!hash.isEmpty()) {
                    check(at, hash, failed);
                }
            }
        });
    }

    private static String hash(Projection projection) {
        return projection.model().statistics().tableBytes() > MAX_TABLE_BYTES ? "" : projection.imageHash();
    }

    private void check(long at, String hash, Consumer<Trouble> failed) {
        isUnderWay = true;
        Future.fromCompletionStage(checks.begin(new Recheck.Seen(model, good, at, hash)), vertx.getOrCreateContext())
                .onComplete(done -> {
                    isUnderWay = false;
                    if (done.failed()) {
                        return;
                    }
                    Recheck.Outcome outcome = done.result();
                    Trouble trouble = outcome.trouble();
                    if (trouble != null) {
                        failed.accept(trouble);
                    }
                    good = at;
                    // Where no snapshot is there to begin with, a check is as long as the history: fewer and fewer.
                    next = at + Math.max(LEAST_EVENTS, outcome.events());
                });
    }
}
