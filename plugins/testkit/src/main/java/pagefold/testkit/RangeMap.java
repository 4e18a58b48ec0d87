package pagefold.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import pagefold.model.AddressRange;

/** Values of ranges of addresses that do not overlap. */
final class RangeMap<V> {
    private final NavigableMap<Long, Piece<V>> pieces = new TreeMap<>(Long::compareUnsigned);

    private record Piece<V>(AddressRange range, V value) {}

    @Nullable
    V at(long address) {
        var found = pieces.floorEntry(address);
        return found != null && found.getValue().range.contains(address) ? found.getValue().value : null;
    }

    void put(AddressRange range, V value) {
        remove(range);
        pieces.put(range.start(), new Piece<>(range, value));
    }

    void remove(AddressRange range) {
        for (Piece<V> piece : overlapping(range)) {
            AddressRange whole = piece.range;
            pieces.remove(whole.start());
            if (Long.compareUnsigned(whole.start(), range.start()) < 0) {
                AddressRange below = new AddressRange(whole.start(), range.start() - 1);
                pieces.put(below.start(), new Piece<>(below, piece.value));
            }
            if (Long.compareUnsigned(range.last(), whole.last()) < 0) {
                AddressRange above = new AddressRange(range.last() + 1, whole.last());
                pieces.put(above.start(), new Piece<>(above, piece.value));
            }
        }
    }

    /** Visits what there is in a range, each piece cut to it; the map may be changed meanwhile. */
    void forEachIn(AddressRange range, BiConsumer<AddressRange, V> visitor) {
        for (Piece<V> piece : overlapping(range)) {
            visitor.accept(piece.range.intersection(range), piece.value);
        }
    }

    /** Changes what there is in a range. */
    void update(AddressRange range, UnaryOperator<V> change) {
        forEachIn(range, (part, value) -> {
            V changed = change.apply(value);
            if (!changed.equals(value)) {
                put(part, changed);
            }
        });
    }

    private List<Piece<V>> overlapping(AddressRange range) {
        List<Piece<V>> found = new ArrayList<>();
        var first = pieces.floorEntry(range.start());
        if (first != null && first.getValue().range.overlaps(range)) {
            found.add(first.getValue());
        }
        for (Piece<V> piece : pieces.tailMap(range.start(), false).values()) {
            if (!piece.range.overlaps(range)) {
                break;
            }
            found.add(piece);
        }
        return found;
    }
}
