package pagefold.arm64;

import pagefold.arm64.descriptor.Descriptor;
import pagefold.model.MemoryType;
import pagefold.model.Shareability;

/**
 * The memory attribute indirection of our profiles: MAIR_EL1 and the indices into it.
 *
 * <p>Indices 0 to 4 are Linux 6.12's (arch/arm64/mm/proc.S, MAIR_EL1_SET), so that its words are the same; it leaves 5
 * to 7 zero, and they hold the types that it does not use.
 */
final class MemoryAttributes {
    private static final MemoryType[] BY_INDEX = {
        MemoryType.NORMAL_WB,
        MemoryType.NORMAL_TAGGED,
        MemoryType.NORMAL_NC,
        MemoryType.DEVICE_NGNRNE,
        MemoryType.DEVICE_NGNRE,
        MemoryType.DEVICE_NGRE,
        MemoryType.DEVICE_GRE,
        MemoryType.NORMAL_WT
    };

    /** MAIR_EL1. */
    static final long MAIR = mair();

    private MemoryAttributes() {}

    private static long mair() {
        long register = 0;
        for (int i = 0; i < BY_INDEX.length; i++) {
            register |= (long) attribute(BY_INDEX[i]) << 8 * i;
        }
        return register;
    }

    /** The attribute byte of a memory type (Arm ARM D24.2, MAIR_EL1). */
    private static int attribute(MemoryType type) {
        return switch (type) {
            case DEVICE_NGNRNE -> 0x00;
            case DEVICE_NGNRE -> 0x04;
            case DEVICE_NGRE -> 0x08;
            case DEVICE_GRE -> 0x0c;
            case NORMAL_NC -> 0x44;
            case NORMAL_WT -> 0xbb;
            case NORMAL_WB -> 0xff;
            case NORMAL_TAGGED -> 0xf0;
        };
    }

    /** The SH field, in place (Arm ARM D8.6.2). */
    static long field(Shareability shareability) {
        long code = switch (shareability) {
            case NON_SHAREABLE -> 0;
            case OUTER_SHAREABLE -> 2;
            case INNER_SHAREABLE -> 3;
        };
        return code << Descriptor.SH_SHIFT;
    }

    /** The AttrIndx field for a memory type, in place. */
    static long field(MemoryType type) {
        for (int i = 0; i < BY_INDEX.length; i++) {
            if (BY_INDEX[i] == type) {
                return (long) i << Descriptor.ATTR_INDX_SHIFT;
            }
        }
        throw new IllegalStateException("expected an index for every memory type, but " + type + " has none");
    }
}
