package pagefold.arm64.walk;

import pagefold.model.MemoryType;

/**
 * Memory types in the form of a MAIR byte: Arm ARM D8.6, and their combination at two stages.
 *
 * <pre>
 *   7..4    3..0
 * +-------+-------+
 * |  0000 |  dd00 |   Device: dd 0 nGnRnE, 1 nGnRE, 2 nGRE, 3 GRE
 * | outer | inner |   Normal: 0100 NC, 10RW WT, 11RW WB; 00RW WT and 01RW WB transient (RW not 0)
 * |  1111 |  0000 |   Normal WB, with allocation tags
 * |  0100 |  0000 |   Normal NC, XS = 0 (FEAT_XS)
 * |  1010 |  0000 |   Normal WT, read-allocate, XS = 0 (FEAT_XS)
 * +-------+-------+
 * </pre>
 */
public final class MemoryAttribute {
    /** Device-nGnRnE. */
    public static final int DEVICE_NGNRNE = 0x00;
    /** Normal, not cached. */
    public static final int NORMAL_NC = 0x44;
    /** Normal, write-through, read-allocate. */
    public static final int NORMAL_WT = 0xaa;
    /** Normal, write-back, read- and write-allocate. */
    public static final int NORMAL_WB = 0xff;
    /** {@link #NORMAL_WB} with allocation tags. */
    public static final int NORMAL_TAGGED = 0xf0;
    /** {@link #NORMAL_NC} that does not wait for completion of a TLBI without nXS. */
    private static final int NORMAL_NC_XS0 = 0x40;
    /** {@link #NORMAL_WT}, the same. */
    private static final int NORMAL_WT_XS0 = 0xa0;

    static final int OUTER_SHAREABLE = 2;
    static final int INNER_SHAREABLE = 3;

    private static final int NC = 0b0100;
    private static final int CACHED_WB = 0b0100;

    private MemoryAttribute() {}

    /** Byte {@code index} of MAIR. */
    public static int of(long mair, int index) {
        return (int) (mair >>> 8 * index) & 0xff;
    }

    public static boolean isDevice(int attribute) {
        return (attribute & 0xf0) == 0;
    }

    /** The memory type in the neutral model; mixed inner and outer types count as the weaker one. */
    public static MemoryType type(int attribute) {
        if (isDevice(attribute)) {
            return switch (attribute >>> 2 & 3) {
                case 0 -> MemoryType.DEVICE_NGNRNE;
                case 1 -> MemoryType.DEVICE_NGNRE;
                case 2 -> MemoryType.DEVICE_NGRE;
                default -> MemoryType.DEVICE_GRE;
            };
        }
        if (attribute == NORMAL_TAGGED) {
            return MemoryType.NORMAL_TAGGED;
        }
        int outer = plain(attribute) >>> 4;
        int inner = plain(attribute) & 0xf;
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
        return isDevice(attribute) || plain(attribute) == NORMAL_NC ? OUTER_SHAREABLE : stated;
    }

    /** Tags and XS apart: the type as its two nibbles. */
    private static int plain(int attribute) {
        return switch (attribute) {
            case NORMAL_TAGGED -> NORMAL_WB;
            case NORMAL_NC_XS0 -> NORMAL_NC;
            case NORMAL_WT_XS0 -> NORMAL_WT;
            default -> attribute;
        };
    }

    static int combinedShareability(int first, int second) {
        if (first == OUTER_SHAREABLE || second == OUTER_SHAREABLE) {
            return OUTER_SHAREABLE;
        }
        return first == INNER_SHAREABLE || second == INNER_SHAREABLE ? INNER_SHAREABLE : 0;
    }

    /**
     * Both stages' types together, HCR.FWB = 0.
     *
     * @param second MemAttr of the stage-2 leaf
     */
    static int combine(int first, int second) {
        if (second >>> 2 == 0) {
            return device(first, second);
        }
        if (isDevice(first)) {
            return first & 0x0c;
        }
        int plain = plain(first);
        int combined = combineNormal(plain >>> 4, second >>> 2) << 4 | combineNormal(plain & 0xf, second & 3);
        return combined == plain ? first : combined;
    }

    /** Device by stage 2: the stronger one where stage 1 says Device too. */
    private static int device(int first, int second) {
        int subtype = second & 3;
        return (isDevice(first) ? Math.min(first >>> 2 & 3, subtype) : subtype) << 2;
    }

    /** One nibble: 1 NC, 2 WT, 3 WB at stage 2; hints and transience come from stage 1. */
    private static int combineNormal(int first, int second) {
        if (isUncached(first) || second < 2) {
            return NC;
        }
        return second == 2 ? first & ~CACHED_WB : first;
    }

    /**
     * Both stages' types together, HCR.FWB = 1.
     *
     * @param second MemAttr[2:0] of the stage-2 leaf
     */
    static int combineForced(int first, int second) {
        return switch (second & 7) {
            case 0, 1, 2, 3 -> device(first, second);
            case 6 -> forced(first);
            case 7 -> first;
            // 4 is reserved and counts as 5.
            default -> isDevice(first) ? first & 0x0c : NORMAL_NC;
        };
    }

    private static int forced(int first) {
        if (isDevice(first)) {
            return NORMAL_WB;
        }
        if (first == NORMAL_TAGGED) {
            return first;
        }
        return forcedNibble(plain(first) >>> 4) << 4 | forcedNibble(plain(first) & 0xf);
    }

    private static int forcedNibble(int nibble) {
        return isUncached(nibble) ? 0xf : nibble | CACHED_WB;
    }
}
