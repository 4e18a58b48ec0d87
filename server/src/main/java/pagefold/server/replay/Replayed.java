package pagefold.server.replay;

import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.model.AddressRange;
import pagefold.model.MemoryEvent;
import pagefold.model.PluginBinding;
import pagefold.model.Rejection;
import pagefold.model.Simulation;

/** What a replay led to. */
public sealed interface Replayed {
    /** Most events in a report of what cannot be held; more are only counted. */
    int MAX_REFUSED = 1000;

    /**
     * Why there is no projection of a simulation; a bug when there is one.
     *
     * @param under through which it was asked for, or {@code null} for the one that is selected, which holds the history
     */
    default Trouble trouble(String simulation, @Nullable PluginBinding under) {
        return switch (this) {
            case WithoutModel(Simulation state, Trouble.Unbound unbound) -> new Trouble.Unbound(simulation);
            case WithoutModel without -> without.trouble();
            case Refused refused
            when under != null -> new Trouble.HistoryRefused(under, refused.events(), refused.count());
            case Refused refused ->
                throw new IllegalStateException("expected a history that was accepted, but event "
                        + refused.events().getFirst().position() + " is refused");
            case Complete complete ->
                throw new IllegalStateException("expected a replay that failed, but it is complete");
        };
    }

    /** The projection is at the position asked for. */
    record Complete(Projection projection) implements Replayed {}

    /**
     * The neutral state is there, a model is not.
     *
     * @param state at the position asked for
     * @param trouble why there is no model
     */
    record WithoutModel(Simulation state, Trouble trouble) implements Replayed {}

    /**
     * The profile cannot hold the history.
     *
     * @param events the first ones that it cannot hold, by position; what depends on a refused event is left out
     * @param count of all events that it cannot hold
     * @param rest the history without them
     */
    record Refused(List<RefusedEvent> events, long count, Projection rest) implements Replayed {}

    /**
     * An event that a profile cannot hold.
     *
     * @param position of the event
     * @param event the event itself
     * @param rejection why
     */
    record RefusedEvent(long position, MemoryEvent event, Rejection rejection) {
        /** The range at fault; null when the reason has none. */
        public @Nullable AddressRange range() {
            return rejection instanceof Rejection.NotRepresentable refused ? refused.range() : null;
        }

        /** Stable name of the reason: that of {@link Rejection.NotRepresentable}, or else of the rejection. */
        public String reason() {
            return rejection instanceof Rejection.NotRepresentable refused ? refused.reason() : rejection.code();
        }
    }
}
