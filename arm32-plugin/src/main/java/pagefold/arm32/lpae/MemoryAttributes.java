package pagefold.arm32.lpae;

import pagefold.model.MemoryType;
import pagefold.model.Shareability;

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

    /** The MemAttr field of stage 2 for a memory type, in place (Arm ARM G5.7.4). */
    static long stage2Field(MemoryType type) {
        long memAttr = switch (type) {
            case DEVICE_NGNRNE -> 0b0000;
            case DEVICE_NGNRE -> 0b0001;
            case DEVICE_NGRE -> 0b0010;
            case DEVICE_GRE -> 0b0011;
            case NORMAL_NC -> 0b0101;
            case NORMAL_WT -> 0b1010;
            case NORMAL_WB -> 0b1111;
            case NORMAL_TAGGED ->
                throw new IllegalStateException("expected a memory type of AArch32, but it is tagged memory");
        };
        return memAttr << Descriptor.MEM_ATTR_SHIFT;
    }

    /** The SH field, in place (Arm ARM G5.7). */
    static long field(Shareability shareability) {
        long code = switch (shareability) {
            case NON_SHAREABLE -> 0;
            case OUTER_SHAREABLE -> 2;
            case INNER_SHAREABLE -> 3;
        };
        return code << Descriptor.SH_SHIFT;
    }
}
