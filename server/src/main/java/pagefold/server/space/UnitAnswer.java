package pagefold.server.space;

import java.util.List;
import pagefold.model.PluginBinding;
import pagefold.model.Rejection;
import pagefold.server.replay.Replayed.RefusedEvent;
import pagefold.server.replay.Trouble;

/** What became of a unit. Only {@link Accepted} means that anything of it is in the log. */
public sealed interface UnitAnswer {

    /**
     * The unit's events are durable.
     *
     * @param first position of its first event
     * @param last position of its last event
     * @param repeated whether this is the answer to an earlier request with the same command id
     */
    record Accepted(long first, long last, boolean repeated) implements UnitAnswer {}

    /**
     * A command was rejected, and with it the unit.
     *
     * @param index of the command in the unit
     * @param rejection why
     */
    record Rejected(int index, Rejection rejection) implements UnitAnswer {}

    /**
     * The simulation is not at the position that the unit expects.
     *
     * @param expected by the unit
     * @param position where the simulation is
     */
    record Stale(long expected, long position) implements UnitAnswer {}

    /** The command id was used for another request. */
    record KeyReused(String commandId, long first, long last) implements UnitAnswer {}

    /**
     * The selected plugin cannot hold the history.
     *
     * @param binding what was selected
     * @param events the first events that it cannot hold
     * @param count of all events that it cannot hold
     */
    record SwapRefused(PluginBinding binding, List<RefusedEvent> events, long count) implements UnitAnswer {}

    /** The unit's events are too large for one row of the log. */
    record TooLarge(long bytes, long limit) implements UnitAnswer {}

    /** A unit before it on its lane was not accepted; this one was not looked at. */
    record Cancelled() implements UnitAnswer {}

    /** The simulation cannot take commands now. */
    record Failed(Trouble trouble) implements UnitAnswer {}
}
