package pagefold.server.linearizability;

import java.util.List;

/**
 * What a history is found to be.
 *
 * @param <A> what is asked and answered
 */
public sealed interface Verdict<A> {

    /**
     * The object can have answered so.
     *
     * @param order one in which it can have; pending operations that need not have happened are left out
     */
    record Linearizable<A>(List<Operation<A>> order) implements Verdict<A> {}

    /**
     * The object cannot have answered so.
     *
     * @param before the longest order that it can have answered
     * @param stuck the operation that had returned, and that has no place behind or in that order
     */
    record NotLinearizable<A>(List<Operation<A>> before, Operation<A> stuck) implements Verdict<A> {}

    /**
     * Not found out.
     *
     * @param states how many were tried
     */
    record Undecided<A>(int states) implements Verdict<A> {}
}
