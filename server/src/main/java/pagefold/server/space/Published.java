package pagefold.server.space;

/**
 * What is published at {@code simulation.{id}.events} when events are durable and in the tables.
 *
 * <p>A subscriber that sees a gap between two messages reads the log. What the events did to the words of the tables is
 * not in it: whoever wants to know asks for the delta of an event.
 *
 * @param simulation its name
 * @param first position of the first event
 * @param last position of the last event
 */
public record Published(String simulation, long first, long last) {

    /** Where it is published for a simulation. */
    public static String address(String simulation) {
        return SimulationWriter.address(simulation) + ".events";
    }
}
