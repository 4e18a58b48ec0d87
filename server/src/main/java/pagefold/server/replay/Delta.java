package pagefold.server.replay;

import java.util.List;
import pagefold.model.AddressRange;
import pagefold.server.log.RecordedEvent;

/**
 * What one event did to the tables.
 *
 * @param event the event
 * @param changes in the order in which software would make them; the first {@link #MAX_CHANGES}
 * @param words descriptor words that changed, all of them
 * @param invalidations invalidations owed, by range or of whole spaces, all of them
 * @param order whether break before make was kept
 */
public record Delta(RecordedEvent event, List<Change> changes, long words, long invalidations, Order order) {
    /** Most changes that are kept. */
    public static final int MAX_CHANGES = 10_000;

    /** One thing that software would do. */
    public sealed interface Change {}

    /** A word gets another value. */
    public record Wrote(long address, int level, long oldWord, long newWord) implements Change {}

    /** Translations of a range are invalidated; only those of the last level when {@code leafOnly}. */
    public record Invalidated(String space, AddressRange range, boolean leafOnly) implements Change {}

    /** All translations of a space are invalidated. */
    public record InvalidatedAll(String space) implements Change {}

    /** A verdict on the order of the changes, all of them. */
    public sealed interface Order {}

    /** Every live word was broken before it was made another, and every broken one is invalidated. */
    public record Kept() implements Order {}

    /** The first thing that was wrong; a sentence. */
    public record Violated(String sentence) implements Order {}

    /** The plugin does not say what its words mean, or too many words waited for an invalidation. */
    public record NotJudged() implements Order {}

    /** The delta of an event that changes no word: tables of another plugin are made anew, not changed. */
    static Delta none(RecordedEvent event) {
        return new Delta(event, List.of(), 0, 0, new Kept());
    }

    /** Whether there are more changes than are kept. */
    public boolean truncated() {
        return words + invalidations > changes.size();
    }
}
