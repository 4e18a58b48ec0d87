package pagefold.server.replay;

import org.jspecify.annotations.Nullable;

/** There is no such space. */
public final class NoSuchSpace extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final String space;
    private final @Nullable Long destroyedAt;

    /**
     * A question about a space that is not there.
     *
     * @param destroyedAt where it was destroyed, if it ever was there
     */
    public NoSuchSpace(String space, @Nullable Long destroyedAt) {
        super("There is no space '" + space + "'.");
        this.space = space;
        this.destroyedAt = destroyedAt;
    }

    /** Its name. */
    public String space() {
        return space;
    }

    /** Where it was destroyed, if it ever was there. */
    public @Nullable Long destroyedAt() {
        return destroyedAt;
    }
}
