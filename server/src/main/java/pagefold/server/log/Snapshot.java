package pagefold.server.log;

/**
 * What a simulation was at a position, in bytes that the log does not look into.
 *
 * @param position after which event, at least 1
 * @param payload at most {@value #MAX_BYTES} bytes
 */
public record Snapshot(long position, byte[] payload) {
    /** Largest payload, in bytes; states that take more are made from events only. */
    public static final int MAX_BYTES = 32 << 20;
    /** Most snapshots of a simulation; when there are more, every second one goes. */
    public static final int MAX_COUNT = 256;
}
