package pagefold.arm64.kvm;

import static pagefold.arm64.descriptor.Descriptor.bit;

import pagefold.arm64.descriptor.OutputEncoding;
import pagefold.arm64.descriptor.Vmsa64Geometry;

/** The shapes that KVM gives its tables: everything follows from the granule and the size of an input address. */
public final class KvmGeometry {
    /** The shortest address for which the hypervisor has tables, as the hardware without FEAT_TTST. */
    private static final int SHORTEST_VIRTUAL = 25;

    private static final int LONGEST_VIRTUAL = 48;

    /** How many bits of a level a root may resolve in addition, with concatenated tables. */
    private static final int CONCATENATION_BITS = 4;

    /** Blocks of level 2 must be possible, for the host's huge pages. */
    private static final int FEWEST_LEVELS = 2;

    private KvmGeometry() {}

    /**
     * The tables of the hypervisor.
     *
     * @throws IllegalArgumentException when the granule is not 12, 14 or 16 bits, or an address not 25 to 48
     */
    public static Vmsa64Geometry hyp(int granuleBits, int inputBits) {
        if (inputBits < SHORTEST_VIRTUAL || inputBits > LONGEST_VIRTUAL) {
            throw new IllegalArgumentException("expected virtual addresses of " + SHORTEST_VIRTUAL + " to "
                    + LONGEST_VIRTUAL + " bits, but they have " + inputBits);
        }
        checkGranule(granuleBits);
        return Vmsa64Geometry.stage1(granuleBits, inputBits, OutputEncoding.PA_48);
    }

    /**
     * The tables of a guest: as few levels as concatenation allows, but two.
     *
     * @throws IllegalArgumentException when the granule is not 12, 14 or 16 bits, or an address is too short or too
     *     long for the policy
     */
    public static Vmsa64Geometry stage2(int granuleBits, int inputBits, KvmPolicy policy) {
        if (inputBits < policy.shortestInput() || inputBits > policy.physicalBits()) {
            throw new IllegalArgumentException("expected intermediate physical addresses of " + policy.shortestInput()
                    + " to " + policy.physicalBits() + " bits, but they have " + inputBits);
        }
        checkGranule(granuleBits);
        int levels =
                Math.max(FEWEST_LEVELS, 4 - Vmsa64Geometry.startLevel(granuleBits, inputBits - CONCATENATION_BITS));
        return new Vmsa64Geometry(granuleBits, inputBits, 4 - levels, OutputEncoding.PA_48);
    }

    private static void checkGranule(int granuleBits) {
        if (granuleBits != 12 && granuleBits != 14 && granuleBits != 16) {
            throw new IllegalArgumentException("expected a granule of 12, 14 or 16 bits, but it has " + granuleBits);
        }
    }

    /** Pages of the granule that the root takes; more than one where tables are concatenated. */
    static int rootPages(Vmsa64Geometry geometry) {
        return (int) Math.max(1, geometry.rootBytes() >>> geometry.granuleBits());
    }

    /**
     * What KVM writes to VTCR_EL2 for these tables (Arm ARM D19.2.155).
     *
     * <pre>
     *   31       21   19  18 16  15 14  13 12  11 10    9 8    7 6   5  0
     * +----+---+----+----+-----+------+------+-------+-------+-----+------+
     * |RES1| - | HA | VS |  PS |  TG0 |  SH0 | ORGN0 | IRGN0 | SL0 | T0SZ |
     * +----+---+----+----+-----+------+------+-------+-------+-----+------+
     * </pre>
     */
    public static long vtcr(Vmsa64Geometry geometry, KvmPolicy policy) {
        int granule = geometry.granuleBits();
        long granuleField = granule == 12 ? 0 : granule == 14 ? 2 : 1;
        long startLevelBase = granule == 12 ? 2 : 3;
        long writeBack = 1;
        long innerShareable = 3;
        return bit(31)
                | bit(21)
                | bit(19)
                | sizeField(policy.physicalBits()) << 16
                | granuleField << 14
                | innerShareable << 12
                | writeBack << 10
                | writeBack << 8
                | startLevelBase - geometry.startLevel() << 6
                | 64 - geometry.inputBits();
    }

    private static long sizeField(int physicalBits) {
        return switch (physicalBits) {
            case 32 -> 0;
            case 36 -> 1;
            case 40 -> 2;
            case 42 -> 3;
            case 44 -> 4;
            case 48 -> 5;
            default ->
                throw new IllegalArgumentException(
                        "expected physical addresses of 32, 36, 40, 42, 44 or 48 bits, but they have " + physicalBits);
        };
    }
}
