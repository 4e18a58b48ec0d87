package pagefold.server.importer;

import java.util.HashMap;
import java.util.Map;
import pagefold.model.Output;
import pagefold.model.Region;
import pagefold.model.Sharing;

/**
 * Names of backing objects, never used twice for different memory.
 *
 * <p>An anonymous object is known by how much of it has been handed out: memory may be added at its end, so that a
 * growing heap stays one region, but what was unmapped is never handed out again, since another space may still see
 * it.
 */
final class Backing {
    /** Prefix of memory that the trace never showed being mapped. */
    static final String UNSEEN = "unseen:";

    private final Map<String, Long> ends = new HashMap<>();
    private final Map<String, Integer> counters = new HashMap<>();

    private int next(String space) {
        return counters.merge(space, 1, Integer::sum) - 1;
    }

    /** Fresh anonymous memory. */
    Output.Backed anonymous(String space, long size, Sharing sharing) {
        String object = "anon:" + space + ":" + next(space);
        ends.put(object, size);
        return new Output.Backed(object, 0, sharing);
    }

    /** A file of which nothing but its descriptor is known. */
    String file(long descriptor, String space) {
        return "file:" + descriptor + "@" + space + ":" + next(space);
    }

    /** A page of memory that the trace never showed being mapped. */
    static Output.Backed unseen(String space, long address) {
        return new Output.Backed(UNSEEN + space, address, Sharing.PRIVATE);
    }

    boolean isAnonymous(Output output) {
        return output instanceof Output.Backed backed && ends.containsKey(backed.object());
    }

    /** Whether a region of private anonymous memory ends where its object does, so that the object can grow with it. */
    boolean endsItsObject(Region region) {
        return region.output() instanceof Output.Backed(String object, long offset, Sharing sharing)
                && sharing != Sharing.SHARED
                && ends.getOrDefault(object, -1L) == offset + region.range().size();
    }

    /** Whether memory that is added to a region, and is no file's, cannot be its object's. */
    boolean growsAfresh(Region region) {
        return region.output() instanceof Output.Backed(String object, long offset, Sharing sharing)
                && sharing != Sharing.SHARED
                && (ends.containsKey(object) || object.startsWith(UNSEEN))
                && !endsItsObject(region);
    }

    /** Adds memory at the end of the object of a region that {@link #endsItsObject}. */
    Output.Backed grown(Region region, long bytes) {
        if (!(region.output() instanceof Output.Backed backed)) {
            throw new IllegalArgumentException("expected a backing object, but found " + region.output());
        }
        long end = backed.offset() + region.range().size();
        ends.put(backed.object(), end + bytes);
        return new Output.Backed(backed.object(), end, Sharing.PRIVATE);
    }
}
