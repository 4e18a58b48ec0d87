package pagefold.arm64.capture;

import static pagefold.arm64.descriptor.Descriptor.bits;

import pagefold.arm64.descriptor.OutputEncoding;
import pagefold.arm64.descriptor.Vmsa64Geometry;
import pagefold.arm64.walk.CpuFeatures;
import pagefold.arm64.walk.CpuFeatures.Feature;

/** Address sizes as both stages' registers state them: Arm ARM D8.2, D19.2 (IPS, PS; BADDR). */
final class Sizes {
    private static final int CODE_52 = 6;

    private Sizes() {}

    /** The size that an IPS, PS or PARange field stands for; code 7 counts as 6. */
    static int decode(int code) {
        return switch (code) {
            case 0 -> 32;
            case 1 -> 36;
            case 2 -> 40;
            case 3 -> 42;
            case 4 -> 44;
            case 5 -> 48;
            default -> 52;
        };
    }

    static OutputEncoding encoding(CpuFeatures cpu, int granuleBits, boolean lpa2) {
        if (lpa2) {
            return OutputEncoding.LPA2;
        }
        return granuleBits == 16 && cpu.has(Feature.LPA) ? OutputEncoding.LPA_64K : OutputEncoding.PA_48;
    }

    static int outputBits(CpuFeatures cpu, int code, OutputEncoding encoding) {
        return Math.min(Math.min(decode(code), cpu.physicalBits()), encoding.addressBits());
    }

    /** The address of a start table: in the form of 52 bits, bits 51:48 are at 5:2 of the register. */
    static long root(long register, Vmsa64Geometry geometry, int code) {
        boolean wide = geometry.encoding() == OutputEncoding.LPA2
                || geometry.encoding() == OutputEncoding.LPA_64K && code >= CODE_52;
        long low = register & bits(47, wide ? 6 : 1);
        return (wide ? low | (register & bits(5, 2)) << 46 : low) & -geometry.rootBytes();
    }
}
