package pagefold.server.linearizability;

import org.jspecify.annotations.Nullable;

/** The head of a log, to which one event is appended where it is expected to be. Its state is the last position. */
public final class LogHead implements SequentialObject<Long, LogHead.Action> {
    private final long initial;

    /** The head of a log whose last event is at a position. */
    public LogHead(long initial) {
        this.initial = initial;
    }

    /** What is asked of it, and answered. */
    public sealed interface Action {}

    /**
     * The position was read.
     *
     * @param position that was answered
     */
    public record Read(long position) implements Action {}

    /**
     * An event was appended behind the expected position, or, while the operation is pending, perhaps.
     *
     * @param expected position before it
     * @param position of the event; not looked at while the operation is pending
     */
    public record Append(long expected, long position) implements Action {}

    /**
     * An event was not appended, because the log was somewhere else.
     *
     * @param expected position before it
     * @param position where the log was
     */
    public record Refused(long expected, long position) implements Action {}

    @Override
    public Long initial() {
        return initial;
    }

    @Override
    public @Nullable Long after(Long state, Action action, boolean isPending) {
        return switch (action) {
            case Read(long position) -> isPending || state == position ? state : null;
            case Append(long expected, long position) -> {
                if (isPending) {
                    yield state == expected ? (Long) (expected + 1) : state;
                }
                yield state == expected && position == expected + 1 ? (Long) position : null;
            }
            case Refused(long expected, long position) ->
                isPending || state == position && position != expected ? state : null;
        };
    }
}
