package pagefold.server.replay;

/** The answer to a {@link Question}. */
public sealed interface Reading<R> {

    /**
     * The answer.
     *
     * @param position at which the question was answered
     * @param value the answer itself
     */
    record Answered<R>(long position, R value) implements Reading<R> {}

    /** There is no answer. */
    record Failed<R>(Trouble trouble) implements Reading<R> {}
}
