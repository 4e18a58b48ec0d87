package pagefold.spi;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A named, complete configuration of a plugin.
 *
 * @param name as {@code 4k-48}
 * @param title one line for people
 * @param granuleBits log2 of the smallest leaf
 * @param inputBits size of the virtual addresses
 * @param outputBits size of the physical addresses
 * @param capabilities what it can do
 * @param kernelLayout where its kernel keeps what it knows of memory, or {@code null} where that is not said
 */
public record Profile(
        String name,
        String title,
        int granuleBits,
        int inputBits,
        int outputBits,
        Set<Capability> capabilities,
        @Nullable KernelLayout kernelLayout) {

    /** A profile that says nothing of its kernel's layout. */
    public Profile(
            String name, String title, int granuleBits, int inputBits, int outputBits, Set<Capability> capabilities) {
        this(name, title, granuleBits, inputBits, outputBits, capabilities, null);
    }

    public Profile {
        capabilities = Set.copyOf(capabilities);
    }
}
