package pagefold.server.wire;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** The seed of a random test: that of the system property {@code seed}, else a new one; always printed. */
public final class Seed {
    private Seed() {}

    /** A generator for one test, whose failure the printed option repeats. */
    public static RandomGenerator forTest(String test) {
        String given = System.getProperty("seed");
        long seed = given == null ? System.nanoTime() : Long.parseLong(given);
        System.out.println(test + ": -Dpagefold.test.flags=-Dseed=" + seed);
        return new SplittableRandom(seed);
    }
}
