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
        @Nullable String creator) {

    /**
     * How many simulations a log has.
     *
     * @param lastId the last id given to one
     * @param simulations how many there are
     */
    public record Count(long lastId, long simulations) {}

    /**
     * Some names of simulations, which are ordered by their bytes.
     *
     * @param from the first one that may be in it; empty for the very first
     * @param below the first text that is behind it
     */
    public record NameRange(String from, String below) {
        /** Comes before everything that a valid name goes on with. */
        private static final String FIRST = "!";
        /** Comes behind everything that a valid name goes on with. */
        private static final String LAST = "~";

        /** All names. */
        public static final NameRange ALL = beginningWith("");

        /** The names that begin with a text, or all for an empty one. */
        public static NameRange beginningWith(String prefix) {
            return new NameRange(prefix, prefix + LAST);
        }

        /** One name. */
        public static NameRange only(String name) {
            return new NameRange(name, name + FIRST);
        }
    }
}
