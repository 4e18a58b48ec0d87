package pagefold.server.space;

import pagefold.server.replay.Delta;

/**
 * What is published at {@code simulation.{id}.events} when events are durable and in the tables.
 *
 * <p>A subscriber that sees a gap between two messages reads the log.
 *
 * @param simulation its name
 * @param first position of the first event
 * @param last position of the last event
 * @param delta what they did to the tables
 */
public record Published(String simulation, long first, long last, Delta delta) {}
