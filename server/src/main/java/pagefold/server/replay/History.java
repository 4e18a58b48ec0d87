package pagefold.server.replay;

import java.util.List;
import pagefold.model.MemoryEvent;
import pagefold.server.log.EventLog;

/** Events in the order in which they happened. */
@FunctionalInterface
public interface History {

    /** Hands over the events from a position on. */
    void read(long from, Taker taker);

    /** Receives events. */
    @FunctionalInterface
    interface Taker {
        /** The next event; answers whether more are wanted. */
        boolean take(long position, MemoryEvent event);
    }

    /** The history of a simulation up to a position. */
    static History of(EventLog log, String simulation, long position) {
        return (from, taker) -> {
            if (from <= position) {
                log.read(
                        simulation,
                        from,
                        event -> taker.take(event.position(), event.event()) && event.position() < position);
            }
        };
    }

    /** Events from memory, the first one at position 1. */
    static History of(List<MemoryEvent> events) {
        return (from, taker) -> {
            boolean more = true;
            for (int i = (int) from - 1; more && i < events.size(); i++) {
                more = taker.take(i + 1L, events.get(i));
            }
        };
    }
}
