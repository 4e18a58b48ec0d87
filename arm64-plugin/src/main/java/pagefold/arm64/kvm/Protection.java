package pagefold.arm64.kvm;

import static pagefold.arm64.descriptor.Descriptor.AF;
import static pagefold.arm64.descriptor.Descriptor.AP_SHIFT;
import static pagefold.arm64.descriptor.Descriptor.ATTR_INDX_SHIFT;
import static pagefold.arm64.descriptor.Descriptor.S2_MEM_ATTR_SHIFT;
import static pagefold.arm64.descriptor.Descriptor.S2_READ;
import static pagefold.arm64.descriptor.Descriptor.S2_WRITE;
import static pagefold.arm64.descriptor.Descriptor.S2_XN1;
import static pagefold.arm64.descriptor.Descriptor.SH_SHIFT;
import static pagefold.arm64.descriptor.Descriptor.XN;
import static pagefold.arm64.descriptor.Descriptor.bit;

import java.util.OptionalLong;
import pagefold.arm64.descriptor.Descriptor;

/**
 * Linux's protections, and the attributes that a leaf has for them.
 *
 * <pre>
 *        58    55          3    2 1 0
 * +-----+--------+-----+------+-+-+-+
 * |  -  |software|  -  |device|R|W|X|
 * +-----+--------+-----+------+-+-+-+
 * </pre>
 */
final class Protection {
    static final long EXECUTE = bit(0);
    static final long WRITE = bit(1);
    static final long READ = bit(2);
    static final long DEVICE = bit(3);
    /** Bits that the leaf keeps where they are. */
    static final long SOFTWARE = Descriptor.SOFTWARE;

    private static final long INNER_SHAREABLE = 3L << SH_SHIFT;

    // MemAttr[3:0], plain and under HCR_EL2.FWB (Arm ARM D8.6.5, D8.6.6).
    private static final long NORMAL = 0xf;
    private static final long NORMAL_FORCED = 6;
    private static final long DEVICE_NGNRE = 1;

    private Protection() {}

    /** The attributes of a leaf of the hypervisor; empty where the combination is refused. */
    static OptionalLong hyp(long protection, KvmPolicy policy) {
        boolean device = has(protection, DEVICE);
        boolean writable = has(protection, WRITE);
        boolean executable = has(protection, EXECUTE);
        if (!has(protection, READ) || executable && (writable || device)) {
            return OptionalLong.empty();
        }
        long index = device ? policy.deviceIndex() : policy.normalIndex();
        long access = writable ? policy.writableAccess() : policy.readOnlyAccess();
        return OptionalLong.of(index << ATTR_INDX_SHIFT
                | access << AP_SHIFT
                | INNER_SHAREABLE
                | AF
                | (executable ? 0 : XN)
                | protection & SOFTWARE);
    }

    /** The attributes of a leaf of stage 2; empty where the combination is refused. */
    static OptionalLong stage2(long protection, boolean forcedWriteBack) {
        boolean device = has(protection, DEVICE);
        boolean executable = has(protection, EXECUTE);
        if (device && executable) {
            return OptionalLong.empty();
        }
        long memory = device ? DEVICE_NGNRE << S2_MEM_ATTR_SHIFT : cacheable(forcedWriteBack);
        return OptionalLong.of(memory
                | stage2Access(protection)
                | INNER_SHAREABLE
                | AF
                | (executable ? 0 : S2_XN1)
                | protection & SOFTWARE);
    }

    /** The bits of a leaf of stage 2 that let it be read and written. */
    static long stage2Access(long protection) {
        return (has(protection, READ) ? S2_READ : 0) | (has(protection, WRITE) ? S2_WRITE : 0);
    }

    /** MemAttr, in place, of Normal write-back memory at stage 2. */
    static long cacheable(boolean forcedWriteBack) {
        return (forcedWriteBack ? NORMAL_FORCED : NORMAL) << S2_MEM_ATTR_SHIFT;
    }

    static boolean has(long protection, long wanted) {
        return (protection & wanted) != 0;
    }
}
