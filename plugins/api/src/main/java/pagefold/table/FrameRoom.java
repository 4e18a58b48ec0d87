package pagefold.table;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pagefold.model.Rejection;

/**
 * Whether there is room for the frames that a list of steps needs, counted from above and without what the steps free:
 * all of it comes from the longest run of free frames.
 */
final class FrameRoom {
    private final Backings backings;
    /** How often the steps may have placed frames of an object. */
    private final Map<String, long[]> placed = new HashMap<>();

    private long bytesLeft;

    FrameRoom(FramePool pool, Backings backings) {
        this.backings = backings;
        this.bytesLeft = pool.largest();
    }

    /** Whether no byte of a part of an object has a frame yet, so that all get frames as their mapping needs them. */
    boolean isFresh(String object, long offset, long bytes) {
        return !placed.containsKey(object) && !backings.hasFrames(object, offset, bytes);
    }

    /** Whether an object's bytes can be mapped in whole units of the frames that they have. */
    boolean fits(String object, long offset, long bytes, long unit) {
        return backings.fits(object, offset, bytes, unit);
    }

    /**
     * Room for the frames of an object's bytes. Each run of them that is missing is placed by itself.
     *
     * @param unit what new frames are aligned to
     */
    @Nullable
    Rejection place(String object, long bytes, long unit) {
        long[] before = placed.computeIfAbsent(object, name -> new long[1]);
        long runs = backings.runs(object) + before[0] + 1;
        before[0] += runs;
        boolean isMany = runs > Long.MAX_VALUE / unit - bytes / unit - 1;
        return take(isMany ? Long.MAX_VALUE : bytes + runs * unit);
    }

    /** Room for single frames. */
    @Nullable
    Rejection take(long bytes) {
        if (Long.compareUnsigned(bytes, bytesLeft) > 0) {
            return new Rejection.LimitExceeded("bytes of free frames", bytesLeft, bytes);
        }
        bytesLeft -= bytes;
        return null;
    }
}
