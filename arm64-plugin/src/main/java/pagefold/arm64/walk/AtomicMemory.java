package pagefold.arm64.walk;

/** Memory that hardware updates: a descriptor is replaced at once, or not at all. */
@FunctionalInterface
public interface AtomicMemory {

    /**
     * Stores a word where another one still is.
     *
     * @param address a multiple of 8
     * @param expected the word that was read there, little-endian
     * @param word the word to store, little-endian
     * @return whether it was stored; not when there is another word by now
     */
    boolean compareAndSet(long address, long expected, long word);
}
