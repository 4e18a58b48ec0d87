package pagefold.spi;

import java.util.Set;

/**
 * A named, complete configuration of a plugin.
 *
 * @param name as {@code 4k-48}
 * @param title one line for people
 * @param granuleBits log2 of the smallest leaf
 * @param inputBits size of the virtual addresses
 * @param outputBits size of the physical addresses
 * @param capabilities what it can do
 */
public record Profile(
        String name, String title, int granuleBits, int inputBits, int outputBits, Set<Capability> capabilities) {

    public Profile {
        capabilities = Set.copyOf(capabilities);
    }
}
