package pagefold.testkit;

import java.util.function.Supplier;

/** Claims whose sentences are only made where they do not hold: millions of them do. */
final class Expect {
    private Expect() {}

    static void that(boolean holds, Supplier<String> otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise.get());
        }
    }
}
