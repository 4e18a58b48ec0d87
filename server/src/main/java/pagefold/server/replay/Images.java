package pagefold.server.replay;

import org.jspecify.annotations.Nullable;
import pagefold.server.log.Snapshot;

/**
 * Projections as bytes in memory, newer than the snapshots in the log, where a server is one of several.
 *
 * <p>An image is of a state that is in the log. To lose one costs the time of a replay and nothing else. Any thread.
 */
public interface Images {
    /** Most bytes of one image; a larger state is made from its last snapshot and events. */
    int MAX_BYTES = 4 << 20;

    /** Of a server that is alone: there are none. */
    Images NONE = new Images() {
        @Override
        public @Nullable Snapshot find(String simulation, long id) {
            return null;
        }

        @Override
        public void keep(String simulation, Origin origin, Snapshot image) {}

        @Override
        public void forget(String simulation) {}

        @Override
        public boolean areKept() {
            return false;
        }
    };

    /**
     * Whose state an image is.
     *
     * @param id number of the simulation in the log
     * @param epoch of the ownership under which it was made
     */
    record Origin(long id, long epoch) {}

    /**
     * The image of a simulation. Waits for other servers, for a second.
     *
     * @param id number of the simulation in the log
     * @return {@code null} when there is none of that id, or none was found in time
     */
    @Nullable
    Snapshot find(String simulation, long id);

    /** Keeps an image, unless there is one of a higher epoch, or of the same and a higher position. Does not wait. */
    void keep(String simulation, Origin origin, Snapshot image);

    /** Drops the image of a simulation that was removed. Does not wait. */
    void forget(String simulation);

    /** Whether it is of use to make one. */
    boolean areKept();
}
