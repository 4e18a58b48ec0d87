package pagefold.server.compare;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.Output;

/**
 * A range in which two projections of one history differ in one way. Where its bytes are in memory is not compared:
 * that is every model's own. Where they lead by the events is, if it is asked for.
 *
 * @param space the space
 * @param range input addresses
 * @param kinds in what they differ
 * @param left what the first one has there, or {@code null} when it translates nothing
 * @param right what the second one has there, or {@code null} when it translates nothing
 */
public record Difference(
        String space,
        AddressRange range,
        Set<Kind> kinds,
        @Nullable Leaf left,
        @Nullable Leaf right) {

    /** In what the second projection differs from the first. */
    public enum Kind {
        /** Only the first one translates it. */
        ONLY_LEFT,
        /** Only the second one translates it. */
        ONLY_RIGHT,
        /** Smaller leaves, or leaves of the same size in smaller contiguous runs. */
        FINER,
        /** Larger leaves, or leaves of the same size in larger contiguous runs. */
        COARSER,
        /** Grants something that the first one does not. */
        WIDER,
        /** Does not grant something that the first one does. */
        NARROWER,
        /** Another memory type, shareability, or another global, guarded or software bit. */
        ATTRIBUTES,
        /** Another physical address, or another backing object, offset or sharing. */
        OUTPUT
    }

    /**
     * How a range is translated.
     *
     * @param leafSize bytes of a leaf
     * @param entrySize bytes of what one entry of a TLB can hold
     * @param attributes what leaves and tables say
     * @param output where the first byte leads by the events; {@code null} where no event has mapped it, or it is not
     *     asked for
     */
    public record Leaf(
            long leafSize,
            long entrySize,
            Attributes attributes,
            @Nullable Output output) {

        /** The same leaf, {@code bytes} further on. */
        Leaf advanced(long bytes) {
            return output == null || bytes == 0
                    ? this
                    : new Leaf(leafSize, entrySize, attributes, output.advanced(bytes));
        }

        boolean sameAttributes(Leaf other) {
            Attributes a = attributes;
            Attributes b = other.attributes;
            return a.memoryType() == b.memoryType()
                    && a.shareability() == b.shareability()
                    && a.global() == b.global()
                    && a.guarded() == b.guarded()
                    && a.software() == b.software();
        }
    }
}
