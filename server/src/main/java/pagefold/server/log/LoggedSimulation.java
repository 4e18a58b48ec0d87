package pagefold.server.log;

import org.jspecify.annotations.Nullable;

/**
 * The head row of a simulation.
 *
 * @param id its number in this log, which no other simulation ever gets
 * @param name its name
 * @param epoch the number of its last ownership
 * @param head position of its last event; 0 when it has none
 * @param createdMillis when it was created, in milliseconds since 1970-01-01T00:00Z
 * @param creator who created it, if that is known
 */
public record LoggedSimulation(
        long id,
        String name,
        long epoch,
        long head,
        long createdMillis,
        @Nullable String creator) {}
