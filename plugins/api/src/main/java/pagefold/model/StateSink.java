package pagefold.model;

/**
 * Takes a state apart into numbers and texts, in one order; a {@link StateSource} gives them back in the same one.
 *
 * <p>There are no names and no types in between: who writes says a version first, and who reads checks it.
 */
public interface StateSink {

    /** A number of any size. */
    void number(long number);

    /** A text of any length. The same text may come again and again. */
    void text(String text);
}
