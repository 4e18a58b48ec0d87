package pagefold.server.replay;

/**
 * What a run of events did to the tables.
 *
 * @param words descriptor words that changed
 * @param invalidations invalidations owed, by range or of whole spaces
 */
public record Delta(long words, long invalidations) {}
