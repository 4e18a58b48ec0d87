package pagefold.arm32.lpae;

import pagefold.model.MemoryType;

/**
 * The memory attribute indirection: MAIR0 and MAIR1 as one register of eight bytes.
 *
 * <p>The indices are Linux 6.12's (arch/arm/mm/proc-v7-3level.S), so that its words are the same. It leaves 5 and 6
 * zero; they hold the types that it does not use. Its index 3 is write-back without write-allocate; no region asks for
 * that.
 */
final class MemoryAttributes {
    /** Linux's MAIR1:MAIR0, 0xff000004 and 0xeeaa4400, with nGRE and GRE in its two free bytes. */
    static final long MAIR = 0xff0c_0804_eeaa_4400L;

    private MemoryAttributes() {}

    /** Whether there is an index for a memory type. */
    static boolean has(MemoryType type) {
        return type != MemoryType.NORMAL_TAGGED;
    }

    /** The AttrIndx field for a memory type, in place. */
    static long field(MemoryType type) {
        long index = switch (type) {
            case DEVICE_NGNRNE -> 0;
            case NORMAL_NC -> 1;
            case NORMAL_WT -> 2;
            case DEVICE_NGNRE -> 4;
            case DEVICE_NGRE -> 5;
            case DEVICE_GRE -> 6;
            case NORMAL_WB -> 7;
            case NORMAL_TAGGED ->
                throw new IllegalStateException("expected a memory type of AArch32, but it is tagged memory");
        };
        return index << Descriptor.ATTR_INDX_SHIFT;
    }
}
