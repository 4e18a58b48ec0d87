package pagefold.server.load;

import java.util.Locale;
import java.util.SplittableRandom;

/**
 * How often each thing is done, as weights of 0 to 1,000,000; not all of them 0.
 *
 * @param map maps a free part of the space
 * @param unmap unmaps a mapped part
 * @param protect changes the permissions of a mapped part
 * @param walk translates an address
 */
public record LoadMix(int map, int unmap, int protect, int walk) {
    private static final int MAX_WEIGHT = 1_000_000;

    /** What a user does next. */
    enum Deed {
        MAP,
        UNMAP,
        PROTECT,
        WALK
    }

    public LoadMix {
        for (int weight : new int[] {map, unmap, protect, walk}) {
            if (weight < 0 || weight > MAX_WEIGHT) {
                throw new IllegalArgumentException(
                        "expected weights from 0 to " + MAX_WEIGHT + ", but one is " + weight);
            }
        }
        if (map + unmap + protect + walk == 0) {
            throw new IllegalArgumentException("expected a weight above 0, but all are 0");
        }
    }

    /**
     * Reads {@code map=40,unmap=30,protect=20,walk=10}; what is not named is 0.
     *
     * @throws IllegalArgumentException when it is anything else
     */
    public static LoadMix parse(String text) {
        int[] weights = new int[Deed.values().length];
        for (String part : text.split(",", -1)) {
            int equals = part.indexOf('=');
            try {
                Deed deed = Deed.valueOf(part.substring(0, Math.max(0, equals)).toUpperCase(Locale.ROOT));
                weights[deed.ordinal()] = Integer.parseInt(part.substring(equals + 1));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "expected weights as map=40,unmap=30,protect=20,walk=10, but found '" + part + "'", e);
            }
        }
        return new LoadMix(weights[0], weights[1], weights[2], weights[3]);
    }

    Deed draw(SplittableRandom random) {
        int drawn = random.nextInt(map + unmap + protect + walk);
        if (drawn < map) {
            return Deed.MAP;
        }
        if (drawn < map + unmap) {
            return Deed.UNMAP;
        }
        return drawn < map + unmap + protect ? Deed.PROTECT : Deed.WALK;
    }
}
