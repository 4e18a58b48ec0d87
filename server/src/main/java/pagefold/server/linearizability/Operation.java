package pagefold.server.linearizability;

/**
 * A request of one client.
 *
 * @param <A> what is asked and answered
 * @param client whose it is; only shown
 * @param action what was asked, and what was answered
 * @param invoked when it was sent, in any unit of time
 * @param returned when its answer was there, not before {@code invoked}; {@link #NEVER} while it is pending
 */
public record Operation<A>(int client, A action, long invoked, long returned) {
    /** The return of an operation whose outcome its client never learned. */
    public static final long NEVER = Long.MAX_VALUE;

    public Operation {
        if (returned < invoked) {
            throw new IllegalArgumentException(
                    "expected a return after the invocation at " + invoked + ", but it is at " + returned);
        }
    }

    /** Whether its outcome is not known. */
    public boolean isPending() {
        return returned == NEVER;
    }
}
