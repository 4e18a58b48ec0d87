package pagefold.arm64.walk;

import static pagefold.arm64.walk.CpuFeatures.Feature.HAF;
import static pagefold.arm64.walk.CpuFeatures.Feature.HDBS;
import static pagefold.arm64.walk.CpuFeatures.Feature.HPDS;
import static pagefold.arm64.walk.CpuFeatures.Feature.LPA2;
import static pagefold.arm64.walk.CpuFeatures.Feature.LVA;
import static pagefold.arm64.walk.CpuFeatures.Feature.NV;
import static pagefold.arm64.walk.CpuFeatures.Feature.PAN;
import static pagefold.arm64.walk.CpuFeatures.Feature.PAN3;
import static pagefold.arm64.walk.CpuFeatures.Feature.SVE;
import static pagefold.arm64.walk.CpuFeatures.Feature.TGRAN16;
import static pagefold.arm64.walk.CpuFeatures.Feature.TGRAN4;
import static pagefold.arm64.walk.CpuFeatures.Feature.TGRAN64;
import static pagefold.arm64.walk.CpuFeatures.Feature.TTST;
import static pagefold.arm64.walk.CpuFeatures.Feature.VHE;
import static pagefold.arm64.walk.CpuFeatures.Feature.XNX;

import java.util.EnumSet;
import java.util.Set;

/**
 * What a processor implements, as far as translation depends on it.
 *
 * @param physicalBits size of a physical address (ID_AA64MMFR0_EL1.PARange)
 * @param features what is implemented
 */
public record CpuFeatures(int physicalBits, Set<Feature> features) {

    /** A feature, by its name in the Arm ARM (A2) without {@code FEAT_}. */
    public enum Feature {
        TGRAN4,
        TGRAN16,
        TGRAN64,
        /** 52-bit virtual addresses with 64K pages. */
        LVA,
        /** 52-bit physical addresses with 64K pages. */
        LPA,
        /** 52-bit addresses with 4K and 16K pages. */
        LPA2,
        /** Small translation tables. */
        TTST,
        /** Disabling hierarchical permissions. */
        HPDS,
        /** Refusing EL0 a whole range. */
        E0PD,
        /** Hardware sets the Access flag. */
        HAF,
        /** Hardware manages dirty state. */
        HDBS,
        /** Execute-never at stage 2 for EL1 and EL0 apart. */
        XNX,
        /** Stage 2 forces write-back. */
        S2FWB,
        PAN,
        /** SCTLR.EPAN. */
        PAN3,
        /** Scalable vectors, and with them non-fault loads. */
        SVE,
        /** Host extensions: HCR_EL2.E2H. */
        VHE,
        /** Nested virtualization. */
        NV
    }

    public CpuFeatures {
        features = Set.copyOf(features);
    }

    /**
     * The processor of a capture.
     *
     * @param cpu its name as QEMU has it; empty where it is not known: then everything is implemented
     * @throws IllegalArgumentException when there is no such name
     */
    public static CpuFeatures of(String cpu) {
        return switch (cpu) {
            case "" -> new CpuFeatures(52, EnumSet.allOf(Feature.class));
            case "max" -> new CpuFeatures(52, EnumSet.complementOf(EnumSet.of(PAN3, NV)));
            case "cortex-a53" -> new CpuFeatures(40, Set.of(TGRAN4, TGRAN64));
            case "cortex-a57", "cortex-a72" -> new CpuFeatures(44, Set.of(TGRAN4, TGRAN64));
            case "cortex-a76" -> new CpuFeatures(40, Set.of(TGRAN4, TGRAN16, TGRAN64, HAF, HDBS, VHE, XNX, PAN, HPDS));
            case "neoverse-n1" -> new CpuFeatures(48, Set.of(TGRAN4, TGRAN16, TGRAN64, HAF, HDBS, VHE, XNX, PAN, HPDS));
            case "a64fx" -> new CpuFeatures(40, Set.of(TGRAN4, TGRAN64, SVE, VHE, XNX, PAN, HPDS));
            default ->
                throw new IllegalArgumentException("expected a processor of max, cortex-a53, cortex-a57, cortex-a72, "
                        + "cortex-a76, neoverse-n1, a64fx or none, but it is '" + cpu + "'");
        };
    }

    public boolean has(Feature feature) {
        return features.contains(feature);
    }

    /** Whether pages of {@code 2^bits} bytes are implemented. */
    boolean hasGranule(int bits) {
        return has(bits == 12 ? TGRAN4 : bits == 14 ? TGRAN16 : TGRAN64);
    }

    /** The granule asked for, or the smallest one implemented where that is not. */
    public int granule(int wanted) {
        if (wanted != 0 && hasGranule(wanted)) {
            return wanted;
        }
        return has(TGRAN4) ? 12 : has(TGRAN16) ? 14 : 16;
    }

    /** The longest virtual address that a stage-1 range may have. */
    public int longestInput(int granuleBits, boolean lpa2) {
        return lpa2 || granuleBits == 16 && has(LVA) ? 52 : 48;
    }

    /** The shortest input address that a range may have. */
    public int shortestInput(int granuleBits) {
        if (!has(TTST)) {
            return 25;
        }
        return granuleBits == 16 ? 17 : 16;
    }

    /** Whether TCR.DS takes effect with a granule. */
    public boolean allowsLpa2(int granuleBits) {
        return granuleBits != 16 && has(LPA2);
    }
}
