package pagefold.table;

/**
 * Memory that a walker reads: simulated tables, or the frames of a captured machine.
 *
 * <p><b>Guarantees.</b>
 *
 * <ol>
 *   <li>Words are little-endian.
 *   <li>Memory that is not there reads as zero.
 *   <li>Reading changes nothing.
 * </ol>
 */
public interface PhysicalMemory {

    /** The 64-bit word at a physical address that is a multiple of 8. */
    long load64(long address);

    /** The 32-bit word at a physical address that is a multiple of 4. */
    default int load32(long address) {
        long word = load64(address & -8L);
        return (int) ((address & 4) == 0 ? word : word >>> 32);
    }
}
