package pagefold.model;

/** Gives back what a {@link StateSink} was given, in the same order. */
public interface StateSource {

    /**
     * The next number.
     *
     * @throws IllegalStateException when there is none
     */
    long number();

    /**
     * The next text.
     *
     * @throws IllegalStateException when there is none
     */
    String text();

    /**
     * The next number, which counts something.
     *
     * @throws IllegalStateException when it is not from 0 to {@code most}
     */
    default int count(int most) {
        long number = number();
        if (number < 0 || number > most) {
            throw new IllegalStateException("expected a count from 0 to " + most + ", but it is " + number);
        }
        return (int) number;
    }

    /**
     * The next text, which names a value of an enumeration.
     *
     * @throws IllegalStateException when it is none of them
     */
    default <E extends Enum<E>> E value(Class<E> type) {
        String name = text();
        try {
            return Enum.valueOf(type, name);
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException(
                    "expected a value of " + type.getSimpleName() + ", but it is '" + name + "'", e);
        }
    }
}
