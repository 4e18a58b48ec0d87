package pagefold.arm64.kvm;

import pagefold.arm64.descriptor.OutputEncoding;
import pagefold.arm64.descriptor.Vmsa64Geometry;
import pagefold.arm64.walk.Vtcr;

/** The shapes that KVM gives its tables: everything follows from the granule and the size of an input address. */
public final class KvmGeometry {
    /** The shortest address for which the hypervisor has tables, as the hardware without FEAT_TTST. */
    private static final int SHORTEST_VIRTUAL = 25;

    private static final int LONGEST_VIRTUAL = 48;

    /** How many bits of a level a root may resolve in addition, with concatenated tables. */
    public static final int CONCATENATION_BITS = 4;

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
        return new Vmsa64Geometry(granuleBits, inputBits, startLevel(granuleBits, inputBits), OutputEncoding.PA_48);
    }

    /** The level of a guest's start table: as few levels as concatenation allows, but two. */
    public static int startLevel(int granuleBits, int inputBits) {
        int start = Vmsa64Geometry.startLevel(granuleBits, inputBits - CONCATENATION_BITS);
        return Math.min(Vmsa64Geometry.LAST_LEVEL + 1 - FEWEST_LEVELS, start);
    }

    /** What KVM writes to VTCR_EL2 for these tables: 16-bit VMIDs, and hardware sets the Access flag. */
    public static long vtcr(Vmsa64Geometry geometry, KvmPolicy policy) {
        return Vtcr.of(geometry, policy.physicalBits()) | Vtcr.HA | Vtcr.VS;
    }
}
