package pagefold.testkit;

import java.util.NavigableMap;
import java.util.TreeMap;

/** The pages of one space, for {@link PageOracle}. */
final class Pages {
    final RangeMap<PageState> states = new RangeMap<>();
    final NavigableMap<Long, Copy> copies = new TreeMap<>(Long::compareUnsigned);

    /** A frame of its own that copy-on-write has given to a page, and how many pages of all spaces share it now. */
    static final class Copy {
        int references = 1;
    }
}
