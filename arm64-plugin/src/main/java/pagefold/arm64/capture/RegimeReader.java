package pagefold.arm64.capture;

import static pagefold.arm64.capture.Registers.bit;
import static pagefold.arm64.capture.Registers.field;

import org.jspecify.annotations.Nullable;
import pagefold.arm64.descriptor.OutputEncoding;
import pagefold.arm64.descriptor.Vmsa64Geometry;
import pagefold.arm64.walk.CpuFeatures;
import pagefold.arm64.walk.CpuFeatures.Feature;
import pagefold.arm64.walk.Stage1;
import pagefold.arm64.walk.Stage1Range;
import pagefold.arm64.walk.Stage2;
import pagefold.arm64.walk.TableRange;

/**
 * Registers to regimes: Arm ARM D19.2, TCR_ELx, TTBRn_ELx, SCTLR_ELx, MAIR_ELx, HCR_EL2, VTCR_EL2, VTTBR_EL2.
 *
 * <p>A capture need not hold every register. One without SCTLR of a regime whose TCR it has was taken with that stage
 * on, little-endian, without WXN, all caches on; one without TCR_EL1 but with VTCR_EL2 knows stage 2 alone; one with
 * VTCR_EL2 but without HCR_EL2 was taken with stage 2 on.
 */
final class RegimeReader {
    private static final long SCTLR_ON = 0x1005;
    private static final long HCR_STAGE_2_ON = 0x8000_0001L;
    private static final long HCR_NO_STAGE_2 = 0x8000_0000L;

    private final Registers registers;
    private final CpuFeatures cpu;
    private final long hcr;

    RegimeReader(Registers registers, CpuFeatures cpu) {
        this.registers = registers;
        this.cpu = cpu;
        this.hcr = registers.getOr("HCR_EL2", registers.has("VTCR_EL2") ? HCR_STAGE_2_ON : HCR_NO_STAGE_2);
    }

    boolean isHost() {
        return bit(hcr, 34) && cpu.has(Feature.VHE);
    }

    /** HCR_EL2.{E2H, TGE} = {1, 1}: EL0 belongs to EL2&0. */
    boolean hostHasUser() {
        return isHost() && trapsGeneral();
    }

    /** HCR_EL2.TGE: exceptions of EL0 go to EL2. */
    boolean trapsGeneral() {
        return bit(hcr, 27);
    }

    /** Stage 1 of EL1&0. */
    Stage1 el1() {
        if (!registers.has("TCR_EL1")) {
            registers.get("VTCR_EL2");
            return Stage1.absent().off(cpu.physicalBits(), bit(hcr, 12));
        }
        boolean nested = bit(hcr, 42) && bit(hcr, 43) && cpu.has(Feature.NV);
        Stage1 regime = twoRanges("EL1", nested);
        boolean off = bit(hcr, 12) || bit(hcr, 27) || !bit(sctlr("EL1"), 0);
        return off ? regime.off(cpu.physicalBits(), bit(hcr, 12)) : regime;
    }

    /** Stage 1 of EL2&0: E2H. */
    Stage1 host() {
        Stage1 regime = twoRanges("EL2", false);
        return bit(sctlr("EL2"), 0) ? regime : regime.off(cpu.physicalBits(), false);
    }

    /** Stage 1 of EL2 without E2H, or of EL3. */
    Stage1 single(String level) {
        long tcr = registers.get("TCR_" + level);
        long sctlr = sctlr(level);
        int granule = cpu.granule(lowerGranule(field(tcr, 15, 14)));
        boolean lpa2 = bit(tcr, 32) && cpu.allowsLpa2(granule);
        Shape shape = new Shape(granule, field(tcr, 5, 0), field(tcr, 18, 16), lpa2, bit(sctlr, 25));
        Stage1Range.Controls controls = new Stage1Range.Controls(
                bit(tcr, 20),
                bit(tcr, 29),
                false,
                false,
                false,
                bit(tcr, 24) && cpu.has(Feature.HPDS),
                field(tcr, 13, 12));
        Stage1Range range = Stage1Range.lower(tables(shape, "TTBR0_" + level), controls);
        Stage1 regime = Stage1.oneRange(range, controls(level, sctlr, bit(tcr, 21), bit(tcr, 22), false));
        return bit(sctlr, 0) ? regime : regime.off(cpu.physicalBits(), false);
    }

    /** Stage 2 of EL1&0, or {@code null} while it is off. */
    @Nullable
    Stage2 stage2() {
        if (!bit(hcr, 0) && !bit(hcr, 12)) {
            return null;
        }
        return new Stage2Reader(registers, cpu, hcr).read();
    }

    private Stage1 twoRanges(String level, boolean nested) {
        long tcr = registers.get("TCR_" + level);
        long sctlr = sctlr(level);
        return Stage1.twoRanges(
                Stage1Range.lower(tables(shape(tcr, sctlr, false), "TTBR0_" + level), rangeControls(tcr, 0)),
                Stage1Range.upper(tables(shape(tcr, sctlr, true), "TTBR1_" + level), rangeControls(tcr, 1)),
                controls(level, sctlr, bit(tcr, 39), bit(tcr, 40), nested));
    }

    private Shape shape(long tcr, long sctlr, boolean upper) {
        int granule = cpu.granule(upper ? upperGranule(field(tcr, 31, 30)) : lowerGranule(field(tcr, 15, 14)));
        int size = upper ? field(tcr, 21, 16) : field(tcr, 5, 0);
        boolean lpa2 = bit(tcr, 59) && cpu.allowsLpa2(granule);
        return new Shape(granule, size, field(tcr, 34, 32), lpa2, bit(sctlr, 25));
    }

    private Stage1Range.Controls rangeControls(long tcr, int range) {
        return new Stage1Range.Controls(
                bit(tcr, 37 + range),
                bit(tcr, 51 + range),
                bit(tcr, 7 + 16 * range),
                bit(tcr, 55 + range) && cpu.has(Feature.E0PD),
                bit(tcr, 53 + range) && cpu.has(Feature.SVE),
                bit(tcr, 41 + range) && cpu.has(Feature.HPDS),
                field(tcr, 13 + 16 * range, 12 + 16 * range));
    }

    private Stage1.Controls controls(String level, long sctlr, boolean access, boolean dirty, boolean nested) {
        return new Stage1.Controls(
                registers.get("MAIR_" + level),
                access && cpu.has(Feature.HAF),
                dirty && cpu.has(Feature.HDBS),
                bit(sctlr, 19),
                bit(sctlr, 57) && cpu.has(Feature.PAN3),
                bit(sctlr, 2),
                bit(sctlr, 12),
                nested);
    }

    private long sctlr(String level) {
        return registers.getOr("SCTLR_" + level, SCTLR_ON);
    }

    /** What TCR says about one tree. */
    private record Shape(int granuleBits, int size, int outputCode, boolean lpa2, boolean bigEndian) {}

    private TableRange tables(Shape shape, String rootRegister) {
        int inputBits = 64 - shape.size;
        boolean legal = inputBits <= cpu.longestInput(shape.granuleBits, shape.lpa2)
                && inputBits >= cpu.shortestInput(shape.granuleBits);
        OutputEncoding encoding = Sizes.encoding(cpu, shape.granuleBits, shape.lpa2);
        if (!legal) {
            return TableRange.none(Vmsa64Geometry.stage1(shape.granuleBits, 48, encoding), 1);
        }
        // A range that is not used may have no root in the capture.
        Vmsa64Geometry geometry = Vmsa64Geometry.stage1(shape.granuleBits, inputBits, encoding);
        if (!registers.has(rootRegister)) {
            return TableRange.none(geometry, 1);
        }
        long root = Sizes.root(registers.get(rootRegister), geometry, shape.outputCode);
        return TableRange.of(geometry, 1, root, Sizes.outputBits(cpu, shape.outputCode, encoding), shape.bigEndian);
    }

    static int lowerGranule(int code) {
        return switch (code) {
            case 0 -> 12;
            case 1 -> 16;
            case 2 -> 14;
            default -> 0;
        };
    }

    private static int upperGranule(int code) {
        return switch (code) {
            case 1 -> 14;
            case 2 -> 12;
            case 3 -> 16;
            default -> 0;
        };
    }
}
