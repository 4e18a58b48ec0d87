package pagefold.server.api;

import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pagefold.server.compare.Comparer.NoSuchCandidate;
import pagefold.server.compare.FileHistory;
import pagefold.server.history.Origins.NoSecondStage;
import pagefold.server.replay.NoSuchSpace;
import pagefold.server.replay.Reading;
import pagefold.server.space.UseFailure;
import pagefold.server.watch.PluginThreads;
import pagefold.server.wire.WireJson;

/** Answers questions that take long on threads of their own, the JSON with them. */
final class Background {
    /** No simulation has this name. */
    private static final String NO_SIMULATION = "(file)";

    private final PluginThreads threads;

    Background(PluginThreads threads) {
        this.threads = threads;
    }

    /** How an answer is written. */
    interface Encoder<R> {
        WireJson.ValueWriter of(R value);
    }

    /** What a worker has made: the position and the bytes, or a problem. */
    private record Made(
            long position, byte @Nullable [] body, @Nullable Problem problem) {}

    <R> Future<R> run(String simulation, Callable<R> work) {
        return Future.fromCompletionStage(threads.run(simulation, work));
    }

    <R> void answer(Exchange exchange, Callable<Reading<R>> work, Encoder<R> encoder) {
        String simulation = exchange.simulation();
        Future<Made> made = run(simulation, () -> made(work, encoder))
                .otherwise(e -> new Made(0, null, Problems.of(UseFailure.trouble(simulation, e))));
        exchange.then(made, answer -> {
            byte[] body = answer.body();
            Problem problem = answer.problem();
            if (body != null) {
                exchange.routing().response().putHeader(HttpHeaders.ETAG, Exchange.etag(answer.position()));
                exchange.send(200, Json.CONTENT_TYPE, body);
            } else if (problem != null) {
                exchange.send(problem);
            }
        });
    }

    /** Answers what has nothing to do with a simulation, and so no position. */
    void answerTrial(Exchange exchange, Callable<WireJson.ValueWriter> work) {
        Future<Made> made = Future.fromCompletionStage(threads.tried(
                        NO_SIMULATION, () -> guarded(() -> new Made(0, Json.line(work.call()), null))))
                .otherwise(e -> new Made(0, null, Problems.of(UseFailure.trouble(NO_SIMULATION, e))));
        exchange.then(made, answer -> {
            byte[] body = answer.body();
            Problem problem = answer.problem();
            if (body != null) {
                exchange.send(200, Json.CONTENT_TYPE, body);
            } else if (problem != null) {
                exchange.send(problem);
            }
        });
    }

    private static <R> Made made(Callable<Reading<R>> work, Encoder<R> encoder) throws Exception {
        return guarded(() -> switch (work.call()) {
            case Reading.Failed<R> failed -> new Made(0, null, Problems.of(failed.trouble()));
            case Reading.Answered<R>(long position, R value) -> new Made(position, Json.line(encoder.of(value)), null);
        });
    }

    private static Made guarded(Callable<Made> work) throws Exception {
        try {
            return work.call();
        } catch (FileHistory.Unreadable e) {
            return new Made(0, null, Problems.of(e));
        } catch (NoSuchCandidate e) {
            return new Made(0, null, Problems.of(e.rejection()));
        } catch (NoSuchSpace e) {
            return new Made(0, null, Problems.noSuchSpace(e.space(), e.destroyedAt()));
        } catch (NoSecondStage e) {
            return new Made(0, null, Problems.noSecondStage(e.space(), e.second()));
        }
    }
}
