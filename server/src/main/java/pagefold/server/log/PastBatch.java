package pagefold.server.log;

/**
 * A batch of a history that is put back into a log.
 *
 * @param timeMillis when it was appended, in milliseconds since 1970-01-01T00:00Z
 * @param batch without command ids: what they led to is not known any more
 */
public record PastBatch(long timeMillis, NewBatch batch) {}
