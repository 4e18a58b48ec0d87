package pagefold.model;

/** Who sees what is written to a region with a backing object. */
public enum Sharing {
    /** Every mapping of the object; a fork shares the region. */
    SHARED,
    /** Only this region so far; a fork turns it into {@link #COPY_ON_WRITE} on both sides. */
    PRIVATE,
    /** The object's frames are read; the first write to a page gives it a frame of its own. */
    COPY_ON_WRITE
}
