package pagefold.testkit;

import java.util.SplittableRandom;

/** The seed of a random test: {@code -Dseed=…} where it is given, else another one in every run; always printed. */
public final class Seed {
    private static final long VALUE = value();

    private Seed() {}

    private static long value() {
        String given = System.getProperty("seed");
        return given == null ? new SplittableRandom().nextLong(1, 1_000_000_000) : Long.parseLong(given);
    }

    /** The seed of this run, printed with the test's name so that a failure can be repeated. */
    public static long of(String test) {
        System.out.println(test + ": -Dseed=" + VALUE);
        return VALUE;
    }

    /** The seed of one of many parts of a test. */
    public static long part(long seed, String name) {
        return seed * 0x9e37_79b9_7f4a_7c15L ^ name.hashCode();
    }
}
