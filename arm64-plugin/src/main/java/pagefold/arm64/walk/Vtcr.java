package pagefold.arm64.walk;

import static pagefold.arm64.descriptor.Descriptor.bit;

import pagefold.arm64.descriptor.OutputEncoding;
import pagefold.arm64.descriptor.Vmsa64Geometry;

/**
 * VTCR_EL2, the control of stage 2: Arm ARM D19.2.155.
 *
 * <pre>
 *   33    32  31   22   21   19  18 16  15 14  13 12  11 10    9 8    7 6   5  0
 * +-----+----+----+----+----+----+-----+------+------+-------+-------+-----+------+
 * | SL2 | DS |RES1| HD | HA | VS |  PS |  TG0 |  SH0 | ORGN0 | IRGN0 | SL0 | T0SZ |
 * +-----+----+----+----+----+----+-----+------+------+-------+-------+-----+------+
 * </pre>
 */
public final class Vtcr {
    /** 16-bit VMIDs. */
    public static final long VS = bit(19);
    /** Hardware sets the Access flag. */
    public static final long HA = bit(21);
    /** Hardware keeps the dirty state. */
    public static final long HD = bit(22);

    private static final long RES1 = bit(31);
    private static final long DS = bit(32);
    private static final long SL2 = bit(33);
    private static final int SL0_SHIFT = 6;
    private static final long WRITE_BACK = 1L << 10 | 1L << 8;
    private static final long INNER_SHAREABLE = 3L << 12;
    private static final int TG0_SHIFT = 14;
    private static final int PS_SHIFT = 16;

    private Vtcr() {}

    /**
     * The register for tables in write-back, inner shareable memory, with neither of HA, HD and VS.
     *
     * @param physicalBits 32, 36, 40, 42, 44, 48 or 52
     */
    public static long of(Vmsa64Geometry geometry, int physicalBits) {
        return RES1
                | (geometry.encoding() == OutputEncoding.LPA2 ? DS : 0)
                | size(physicalBits) << PS_SHIFT
                | granule(geometry.granuleBits()) << TG0_SHIFT
                | INNER_SHAREABLE
                | WRITE_BACK
                | start(geometry)
                | 64 - geometry.inputBits();
    }

    private static long granule(int granuleBits) {
        return switch (granuleBits) {
            case 12 -> 0;
            case 14 -> 2;
            default -> 1;
        };
    }

    /** SL0 and SL2: levels are counted from the last one that the granule can start at. */
    private static long start(Vmsa64Geometry geometry) {
        if (geometry.granuleBits() == 12) {
            return geometry.startLevel() < 0 ? SL2 : 2L - geometry.startLevel() << SL0_SHIFT;
        }
        return 3L - geometry.startLevel() << SL0_SHIFT;
    }

    private static long size(int physicalBits) {
        return switch (physicalBits) {
            case 32 -> 0;
            case 36 -> 1;
            case 40 -> 2;
            case 42 -> 3;
            case 44 -> 4;
            case 48 -> 5;
            case 52 -> 6;
            default ->
                throw new IllegalArgumentException(
                        "expected physical addresses of 32, 36, 40, 42, 44, 48 or 52 bits, but they have "
                                + physicalBits);
        };
    }
}
