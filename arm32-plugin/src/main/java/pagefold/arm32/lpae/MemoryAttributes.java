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

    /** The attribute byte that a leaf selects. */
    static int attribute(long mair, long leaf) {
        long index = (leaf & Descriptor.ATTR_INDX) >>> Descriptor.ATTR_INDX_SHIFT;
        return (int) (mair >>> 8 * index) & 0xff;
    }

    /** The memory type of an attribute byte (Arm ARM G8.2, MAIR0); reserved codes count as the type beside them. */
    static MemoryType type(int attribute) {
        if ((attribute & 0xf0) == 0) {
            return switch (attribute & 0x0c) {
                case 0x00 -> MemoryType.DEVICE_NGNRNE;
                case 0x04 -> MemoryType.DEVICE_NGNRE;
                case 0x08 -> MemoryType.DEVICE_NGRE;
                default -> MemoryType.DEVICE_GRE;
            };
        }
        int inner = attribute & 0xf;
        if (inner == 0b0100) {
            return MemoryType.NORMAL_NC;
        }
        boolean writeThrough = (inner & 0b1100) == 0b1000 || (inner & 0b1100) == 0;
        return writeThrough ? MemoryType.NORMAL_WT : MemoryType.NORMAL_WB;
    }

    /** Whether memory is outer shareable whatever its SH field says: Device, and Normal not cached anywhere. */
    static boolean isAlwaysOuter(int attribute) {
        return (attribute & 0xf0) == 0 || attribute == 0x44;
    }
}
