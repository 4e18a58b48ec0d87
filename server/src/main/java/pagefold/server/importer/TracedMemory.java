package pagefold.server.importer;

/**
 * The memory of one process, shared by its threads.
 *
 * <p>Its heap's end is what {@code brk} last answered; -1 before that.
 */
final class TracedMemory {
    private final String space;
    private int users = 1;
    private long heapEnd = -1;

    TracedMemory(String space) {
        this.space = space;
    }

    String space() {
        return space;
    }

    void join() {
        users++;
    }

    /** Whether nobody is left. */
    boolean leave() {
        users--;
        return users == 0;
    }

    long heapEnd() {
        return heapEnd;
    }

    void setHeapEnd(long address) {
        heapEnd = address;
    }
}
