package pagefold.server.history;

import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.model.PluginBinding;
import pagefold.server.log.RecordedEvent;
import pagefold.table.Walk;

/**
 * Where what a walk reads comes from.
 *
 * @param position at which was walked
 * @param binding through which
 * @param walk the walk
 * @param words what wrote the word of each step, in the order of the steps
 * @param shaped the events that made the region at the address what it is, or emptied it, in order; the last
 *     {@link Lineage#MAX_LISTED} of them
 * @param count of all those events
 */
public record Origin(
        long position, PluginBinding binding, Walk walk, List<Word> words, List<RecordedEvent> shaped, long count) {

    /**
     * Where a word comes from.
     *
     * @param written the last event that wrote the word since its table was made; {@code null} when none did, and it is
     *     zero since then, and for folded levels
     * @param made the event that made the table, or linked it where it is; {@code null} when another event wrote the word
     */
    public record Word(
            @Nullable RecordedEvent written, @Nullable RecordedEvent made) {}
}
