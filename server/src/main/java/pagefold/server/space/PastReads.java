package pagefold.server.space;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pagefold.model.PluginBinding;
import pagefold.server.log.EventLog;
import pagefold.server.replay.Delta;
import pagefold.server.replay.PastStates;
import pagefold.server.replay.Question;
import pagefold.server.replay.Reading;
import pagefold.server.replay.Replayer;
import pagefold.server.watch.PluginThreads;
import pagefold.server.watch.Watchdog;

/** Questions about states that are made from the log, without a writer. Any thread; none waits. */
final class PastReads {
    private static final int THREADS = 4;

    private final Vertx vertx;
    private final EventLog log;
    private final PluginThreads threads;
    private final PastStates states;

    PastReads(Vertx vertx, EventLog log, Replayer replayer, Watchdog watchdog) {
        this.vertx = vertx;
        this.log = log;
        threads = new PluginThreads(
                watchdog, "pagefold-past", THREADS, "questions about past states", PastStates.MAX_QUESTIONS);
        states = new PastStates(log, replayer);
    }

    /** The states that are kept. */
    PastStates states() {
        return states;
    }

    /** The state at a position, which is at least 1, or at the head as the log has it. */
    <R> Future<Reading<R>> ask(String name, @Nullable Long position, Question<R> question) {
        return run(
                name,
                () -> states.ask(
                        name, position == null ? Math.max(1, HistoryReads.head(log, name)) : position, question));
    }

    /** The state that another plugin or profile would show; at the head when the position is {@code null}. */
    <R> Future<Reading<R>> ask(String name, @Nullable Long position, PluginBinding under, Question<R> question) {
        return run(name, () -> states.ask(name, position, under, question));
    }

    /** What the event at a position did to the tables. */
    Future<Reading<Delta>> delta(String name, long position) {
        return run(name, () -> states.delta(name, position));
    }

    private <R> Future<Reading<R>> run(String name, Callable<Reading<R>> read) {
        return Future.fromCompletionStage(threads.run(name, read), vertx.getOrCreateContext())
                .otherwise(e -> new Reading.Failed<>(UseFailure.trouble(name, e)));
    }
}
