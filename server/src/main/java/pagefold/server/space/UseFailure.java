package pagefold.server.space;

import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pagefold.server.log.AppendResult;
import pagefold.server.log.LogException;
import pagefold.server.log.NoSuchSimulation;
import pagefold.server.replay.Trouble;
import pagefold.server.watch.PluginFailure;
import pagefold.server.watch.PluginThreads;

/** What kept a request from its simulation, in the words of the caller. */
public final class UseFailure {
    private static final Logger LOG = LoggerFactory.getLogger(UseFailure.class);

    private UseFailure() {}

    /** What an exception means to somebody who wants something of a simulation. */
    public static Trouble trouble(String name, Throwable e) {
        return switch (e) {
            case PluginFailure failure -> Trouble.ModelFailed.of(failure);
            case PluginThreads.Full full -> new Trouble.Busy(full.what(), full.limit(), full.limit() + 1L);
            case NoSuchSimulation gone -> new Trouble.NoSuchSimulation(name);
            case LogException failed -> Trouble.of(failed);
            case ReplyException reply
            when reply.failureType() == ReplyFailure.NO_HANDLERS ->
                new Trouble.LogFailed("The simulation is being closed; try again.");
            case ReplyException reply
            when reply.failureType() == ReplyFailure.TIMEOUT ->
                new Trouble.LogFailed(
                        "The simulation did not answer in time; what became of the request is not known.");
            default -> {
                LOG.error("a request to {} failed", name, e);
                yield new Trouble.Unexpected("The simulation failed: " + e);
            }
        };
    }

    /** What it means that the log did not take an append. */
    static Trouble trouble(String name, AppendResult refusal) {
        return switch (refusal) {
            case AppendResult.UnknownSimulation unknown -> new Trouble.NoSuchSimulation(name);
            case AppendResult.Unavailable unavailable -> trouble(name, unavailable.failure());
            case AppendResult.Conflict conflict ->
                new Trouble.Moved("Another server has taken over this simulation: the log is at position "
                        + conflict.actualHead() + " of epoch " + conflict.actualEpoch()
                        + ". The request has changed nothing; try again.");
            case AppendResult other -> new Trouble.Unexpected("The log answered " + other + ".");
        };
    }
}
