package pagefold.server.replay;

import java.util.List;
import pagefold.model.PluginBinding;
import pagefold.model.Rejection;
import pagefold.server.log.CorruptBatch;
import pagefold.server.log.LogException;
import pagefold.server.replay.Replayed.RefusedEvent;
import pagefold.server.watch.PluginFailure;

/** Why a simulation cannot answer; nothing of it is the fault of what a command says. */
public sealed interface Trouble {

    /** No simulation has that name. */
    record NoSuchSimulation(String simulation) implements Trouble {}

    /**
     * The simulation is at another position than the request is for.
     *
     * @param expected by the request
     * @param position the last one
     */
    record Stale(long expected, long position) implements Trouble {}

    /**
     * A limit of the server is reached for the moment.
     *
     * @param what of what there is too much, in words
     * @param limit how much there may be
     * @param waiting how much there is
     */
    record Busy(String what, long limit, long waiting) implements Trouble {}

    /**
     * A user asks for more than there is for one user in a second.
     *
     * @param what of what, in words
     * @param limit how much there is in a second
     * @param seconds after which there is some again
     */
    record OverRate(String what, long limit, long seconds) implements Trouble {}

    /**
     * What a user, or a simulation, may have is used up.
     *
     * @param what of what, in words
     * @param limit how much there may be
     * @param used how much there is
     */
    record OverQuota(String what, long limit, long used) implements Trouble {}

    /**
     * There is more to look at than the server looks at for one answer.
     *
     * @param what of what, in words
     * @param limit how much it looks at
     */
    record TooMuch(String what, long limit) implements Trouble {}

    /** No plugin has been selected yet. */
    record Unbound(String simulation) implements Trouble {}

    /** The plugin that the log names is not loaded. */
    record PluginMissing(Rejection.NoSuchPlugin rejection) implements Trouble {}

    /**
     * The plugin failed where it should not have: a bug in it. The log goes on, the model does not.
     *
     * @param position of the event, or of the state, at which it failed
     * @param binding whose plugin failed
     * @param reason in words
     */
    record ModelFailed(long position, PluginBinding binding, String reason) implements Trouble {
        /** What a failure is to those who wanted an answer. */
        public static ModelFailed of(PluginFailure failure) {
            return new ModelFailed(failure.position(), failure.binding(), failure.reason());
        }
    }

    /**
     * A plugin that a read asks for cannot hold the history; nothing is wrong with the simulation.
     *
     * @param binding what was asked for
     * @param events the first events that it cannot hold
     * @param count of all of them
     */
    record HistoryRefused(PluginBinding binding, List<RefusedEvent> events, long count) implements Trouble {}

    /** The position asked for has not happened yet. */
    record BeyondHead(long requested, long head) implements Trouble {}

    /** The log cannot be read or written now; the sentence is for people. */
    record LogFailed(String sentence) implements Trouble {}

    /** What the log has of the simulation is damaged, and stays so; the sentence is for people. */
    record LogDamaged(String sentence) implements Trouble {}

    /** What it is that the log cannot do. */
    static Trouble of(LogException failure) {
        String sentence = String.valueOf(failure.getMessage());
        return failure instanceof CorruptBatch ? new LogDamaged(sentence) : new LogFailed(sentence);
    }
    /** Another server has the simulation, or is to have it; nothing of the request was done. The sentence is for people. */
    record Moved(String sentence) implements Trouble {}

    /**
     * A plugin that was to be selected is not the same on all servers that share the log.
     *
     * @param binding what was to be selected
     * @param digest of the plugin here
     * @param nodes the names of the servers that lack it
     */
    record NotOnAllNodes(PluginBinding binding, String digest, List<String> nodes) implements Trouble {}

    /**
     * Servers that share the log did not say in time whether they have a plugin that was to be selected; nothing was done.
     *
     * @param nodes their names
     */
    record NodesSilent(List<String> nodes) implements Trouble {}

    /** Something of the server itself failed: a bug; the sentence is for people. */
    record Unexpected(String sentence) implements Trouble {}
}
