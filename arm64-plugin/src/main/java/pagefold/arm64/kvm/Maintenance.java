package pagefold.arm64.kvm;

/** Counts what operations make the processor do, and what the kernel would complain of. */
public final class Maintenance {
    private long invalidations;
    private long flushes;
    private long warnings;
    private long cleanedBytes;
    private long refetchedBytes;

    void invalidate(int instructions) {
        invalidations += instructions;
    }

    void flush() {
        flushes++;
    }

    void warn() {
        warnings++;
    }

    void clean(long bytes) {
        cleanedBytes += bytes;
    }

    void refetch(long bytes) {
        refetchedBytes += bytes;
    }

    /** TLBI instructions for single addresses. */
    public long invalidations() {
        return invalidations;
    }

    /** Invalidations of all that is cached for the guest. */
    public long flushes() {
        return flushes;
    }

    /** Times that the kernel would have printed a warning. */
    public long warnings() {
        return warnings;
    }

    /** Bytes of memory that were cleaned from data caches. */
    public long cleanedBytes() {
        return cleanedBytes;
    }

    /** Bytes of memory that were invalidated in instruction caches. */
    public long refetchedBytes() {
        return refetchedBytes;
    }
}
