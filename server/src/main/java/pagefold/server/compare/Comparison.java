package pagefold.server.compare;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pagefold.model.PluginBinding;
import pagefold.server.compare.Difference.Kind;
import pagefold.server.replay.Replayed.RefusedEvent;

/**
 * One history under several plugins and profiles.
 *
 * @param position at which it was looked at
 * @param rows one for each candidate; in a server, the binding at that position is the first
 */
public record Comparison(long position, List<Row> rows) {

    /**
     * One candidate.
     *
     * @param binding what was tried last
     * @param bound whether it is what the history itself has selected
     * @param figures the costs; {@code null} when the plugin failed
     * @param failure what failed; {@code null} when nothing did
     * @param inexact what cannot be held exactly; nothing when it was not asked
     * @param leftOut what could not be held under {@code binding}, whose figures are without it
     */
    public record Row(
            PluginBinding binding,
            boolean bound,
            @Nullable Figures figures,
            @Nullable String failure,
            Refusals inexact,
            Refusals leftOut) {}

    /**
     * What is not held.
     *
     * @param count of events
     * @param events the first of them
     */
    public record Refusals(long count, List<RefusedEvent> events) {
        /** Everything is held. */
        static final Refusals NONE = new Refusals(0, List.of());
    }

    /**
     * Where two candidates differ.
     *
     * @param position at which it was looked at
     * @param left the first one; the second is compared with it
     * @param right the second one
     * @param differences the first of them, by space and address
     * @param count of all differences
     * @param bytes that differ, by kind; a byte may be in several
     */
    public record Diff(
            long position, Row left, Row right, List<Difference> differences, long count, Map<Kind, Long> bytes) {}
}
