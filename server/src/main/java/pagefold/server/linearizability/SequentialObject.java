package pagefold.server.linearizability;

import org.jspecify.annotations.Nullable;

/**
 * What an object does when one operation follows the other.
 *
 * @param <S> its state: a value with {@code equals} and {@code hashCode}
 * @param <A> what is asked and answered
 */
public interface SequentialObject<S, A> {

    /** The state before the first operation. */
    S initial();

    /**
     * The state behind an operation; {@code null} when the object cannot have answered so in that state.
     *
     * @param isPending whether nobody saw an answer, so that what is in the action of it says nothing; the state behind
     *     an operation that would have been refused is the state itself
     */
    @Nullable
    S after(S state, A action, boolean isPending);
}
