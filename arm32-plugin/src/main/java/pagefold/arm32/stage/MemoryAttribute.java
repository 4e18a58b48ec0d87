package pagefold.arm32.stage;

import pagefold.model.MemoryType;

/**
 * Memory types in the form of a byte of MAIR0 and MAIR1 (Arm ARM G8.2), which short descriptors are told in too.
 *
 * <pre>
 *   7..4    3..0
 * +-------+-------+
 * |  0000 |  dd00 |   Device: dd 0 nGnRnE, 1 nGnRE, 2 nGRE, 3 GRE (Armv7: 0 Strongly-ordered, 1 Device)
 * | outer | inner |   Normal: 0100 NC, 10RW WT, 11RW WB; 00RW WT and 01RW WB transient (RW not 0)
 * +-------+-------+
 * </pre>
 */
public final class MemoryAttribute {
    /** Device-nGnRnE. */
    public static final int DEVICE_NGNRNE = 0x00;
    /** Device-nGnRE. */
    public static final int DEVICE_NGNRE = 0x04;
    /** Normal, not cached. */
    public static final int NORMAL_NC = 0x44;
    /** Normal, write-through, read-allocate. */
    public static final int NORMAL_WT = 0xaa;
    /** Normal, write-back, read- and write-allocate. */
    public static final int NORMAL_WB = 0xff;

    /** Codes of SH. */
    public static final int OUTER_SHAREABLE = 2;

    public static final int INNER_SHAREABLE = 3;

    private static final int NC = 0b0100;
    private static final int CACHED_WB = 0b0100;

    private MemoryAttribute() {}

    /** Byte {@code index} of MAIR1:MAIR0. */
    public static int of(long mair, int index) {
        return (int) (mair >>> 8 * index) & 0xff;
    }

    public static boolean isDevice(int attribute) {
        return (attribute & 0xf0) == 0;
    }

    /** The memory type in the neutral model; of mixed inner and outer types the weaker one. */
    public static MemoryType type(int attribute) {
        if (isDevice(attribute)) {
            return switch (attribute >>> 2 & 3) {
                case 0 -> MemoryType.DEVICE_NGNRNE;
                case 1 -> MemoryType.DEVICE_NGNRE;
                case 2 -> MemoryType.DEVICE_NGRE;
                default -> MemoryType.DEVICE_GRE;
            };
        }
        int outer = attribute >>> 4;
        int inner = attribute & 0xf;
        if (isUncached(outer) || isUncached(inner)) {
            return MemoryType.NORMAL_NC;
        }
        return isWriteThrough(outer) || isWriteThrough(inner) ? MemoryType.NORMAL_WT : MemoryType.NORMAL_WB;
    }

    /** An inner 0000 is CONSTRAINED UNPREDICTABLE; it counts as not cached. */
    private static boolean isUncached(int nibble) {
        return nibble == NC || nibble == 0;
    }

    private static boolean isWriteThrough(int nibble) {
        return (nibble & CACHED_WB) == 0;
    }

    /** The shareability that holds: Device memory and what is not cached at all are outer shareable. */
    public static int shareability(int attribute, int stated) {
        return isDevice(attribute) || attribute == NORMAL_NC ? OUTER_SHAREABLE : stated;
    }

    /** The wider shareability of two. */
    public static int combinedShareability(int first, int second) {
        if (first == OUTER_SHAREABLE || second == OUTER_SHAREABLE) {
            return OUTER_SHAREABLE;
        }
        return first == INNER_SHAREABLE || second == INNER_SHAREABLE ? INNER_SHAREABLE : 0;
    }

    /**
     * The types of both stages together (Arm ARM G5.7.5): the stricter one, allocation hints from stage 1.
     *
     * @param first of stage 1
     * @param second MemAttr[3:0] of the stage-2 leaf; an inner 00 of Normal memory is reserved and counts as not cached
     */
    public static int combined(int first, int second) {
        if (second >>> 2 == 0) {
            int subtype = isDevice(first) ? Math.min(first >>> 2 & 3, second & 3) : second & 3;
            return subtype << 2;
        }
        if (isDevice(first)) {
            return first & 0x0c;
        }
        return combinedNormal(first >>> 4, second >>> 2) << 4 | combinedNormal(first & 0xf, second & 3);
    }

    /** One nibble: 1 NC, 2 WT, 3 WB at stage 2; hints and transience come from stage 1. */
    private static int combinedNormal(int first, int second) {
        if (isUncached(first) || second < 2) {
            return NC;
        }
        return second == 2 ? first & ~CACHED_WB : first;
    }
}
