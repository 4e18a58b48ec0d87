package pagefold.server.log;

/**
 * What a command id led to, the first time.
 *
 * @param first position of its first event
 * @param last position of its last event
 * @param requestDigest SHA-256 of that request's body, in 64 hexadecimal digits
 */
public record CommandRecord(long first, long last, String requestDigest) {}
