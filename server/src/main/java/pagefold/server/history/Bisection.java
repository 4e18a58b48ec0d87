package pagefold.server.history;

import org.jspecify.annotations.Nullable;
import pagefold.model.PluginBinding;
import pagefold.model.Region;
import pagefold.server.log.RecordedEvent;
import pagefold.table.Walk;

/**
 * What a search found.
 *
 * @param from the first position of the search
 * @param position the last position of the search
 * @param binding through which it was looked
 * @param examined how many positions were looked at
 * @param found the position that was found; {@code null} when there is none
 */
public record Bisection(
        long from,
        long position,
        PluginBinding binding,
        long examined,
        @Nullable Found found) {

    /** How positions are chosen. */
    public enum Search {
        /** Every position in order: what is found is the first one at which the condition holds. */
        FIRST,
        /**
         * By halves: what is found is a position at which the condition holds and before which it does not. It is the
         * first one only if the condition, once it holds, goes on to hold. Nothing is found when it does not hold at the
         * last position.
         */
        BINARY
    }

    /**
     * A position at which the condition holds.
     *
     * @param event that led there
     * @param evidence what meets the condition there
     */
    public record Found(RecordedEvent event, Evidence evidence) {}

    /** What meets a condition. */
    public sealed interface Evidence {}

    /** A walk; {@code null} when the space is not there. */
    public record OfWalk(@Nullable Walk walk) implements Evidence {}

    /** A region, the first by space and address, of those that an event changed. */
    public record OfRegion(String space, Region region) implements Evidence {}
}
