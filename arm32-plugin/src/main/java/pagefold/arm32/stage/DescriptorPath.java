package pagefold.arm32.stage;

import pagefold.table.PhysicalMemory;
import pagefold.table.Translation;

/** The way from the address of a stage-1 descriptor to the memory that it is in: direct, or through stage 2. */
@FunctionalInterface
public interface DescriptorPath {
    /** No stage 2: addresses of descriptors are physical. */
    DescriptorPath DIRECT = address -> address;

    /**
     * The physical address of a descriptor, or a fault of stage 2 as {@link Translation} has it.
     *
     * <p>The walk that asked ends with that fault, unchanged; its stage tells that it was met on a stage-1 walk.
     */
    long physical(long address);

    /** Memory as the tables of stage 1 see it; what stage 2 refuses reads as zero. */
    default PhysicalMemory over(PhysicalMemory memory) {
        return address -> {
            long physical = physical(address);
            return Translation.isFault(physical) ? 0 : memory.load64(physical);
        };
    }
}
