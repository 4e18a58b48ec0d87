package pagefold.server.space;

/**
 * Ties units together that one client sends without waiting for answers: when one of them is not accepted, none behind it
 * is. Used by the client's thread and the writer's.
 */
public final class Lane {
    private static final int NEVER = Integer.MAX_VALUE;

    private int places;
    /** The first unit that was refused. */
    private int refusedAt = NEVER;
    /** The first unit that a round refuses, unless it is decided again. */
    private int doubtedAt = NEVER;

    /** A lane on which nothing has been refused. */
    public Lane() {}

    /** The place behind those given out before. */
    public synchronized Place next() {
        return new Place(this, places++);
    }

    private synchronized void refuse(int number) {
        refusedAt = Math.min(refusedAt, number);
    }

    private synchronized void doubt(int number) {
        doubtedAt = Math.min(doubtedAt, number);
    }

    private synchronized void trust(int number) {
        if (doubtedAt == number) {
            doubtedAt = NEVER;
        }
    }

    private synchronized boolean isCancelled(int number) {
        return number > Math.min(refusedAt, doubtedAt);
    }

    /**
     * A unit's place on its lane.
     *
     * @param lane the lane
     * @param number of the place, from 0
     */
    public record Place(Lane lane, int number) {
        /** The unit is not accepted. */
        public void refuse() {
            lane.refuse(number);
        }

        /** The unit is not accepted, as things stand. */
        void doubt() {
            lane.doubt(number);
        }

        /** The unit is to be decided again. */
        void trust() {
            lane.trust(number);
        }

        /** Whether a unit before this one was not accepted. */
        boolean isCancelled() {
            return lane.isCancelled(number);
        }
    }
}
