package pagefold.server.space;

import org.jspecify.annotations.Nullable;

/** Ties units together that one client sends without waiting: when one of them is not accepted, none behind it is. */
public final class Lane {
    private volatile @Nullable Object brokenBy;

    /** A lane on which nothing has failed. */
    public Lane() {}

    boolean isBroken() {
        return brokenBy != null;
    }

    void breakBy(Object unit) {
        if (brokenBy == null) {
            brokenBy = unit;
        }
    }

    /** Takes back what {@code unit} did, because it is decided again. */
    void mend(Object unit) {
        if (brokenBy == unit) {
            brokenBy = null;
        }
    }
}
