package pagefold.server.replay;

/** A plugin threw where it may not: a bug in the plugin. */
public final class ProjectionFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final long position;

    ProjectionFailure(long position, String what, Throwable cause) {
        super(what + " at position " + position + ": " + cause, cause);
        this.position = position;
    }

    /** The position of the event at which it failed. */
    public long position() {
        return position;
    }

    /** What went wrong, in words, without a stack trace. */
    public String reason() {
        return String.valueOf(getMessage());
    }
}
