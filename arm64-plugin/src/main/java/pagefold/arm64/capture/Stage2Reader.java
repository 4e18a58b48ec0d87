package pagefold.arm64.capture;

import static pagefold.arm64.capture.Registers.bit;
import static pagefold.arm64.capture.Registers.field;

import pagefold.arm64.descriptor.OutputEncoding;
import pagefold.arm64.descriptor.Vmsa64Geometry;
import pagefold.arm64.walk.CpuFeatures;
import pagefold.arm64.walk.CpuFeatures.Feature;
import pagefold.arm64.walk.Stage2;
import pagefold.arm64.walk.TableRange;

/** VTCR_EL2 and VTTBR_EL2: start levels, concatenated roots, and what is no legal combination (Arm ARM D8.2.10). */
final class Stage2Reader {
    private static final int ILLEGAL = 4;
    private static final int CONCATENATION_BITS = 4;

    private final Registers registers;
    private final CpuFeatures cpu;
    private final long hcr;

    Stage2Reader(Registers registers, CpuFeatures cpu, long hcr) {
        this.registers = registers;
        this.cpu = cpu;
        this.hcr = hcr;
    }

    Stage2 read() {
        long vtcr = registers.get("VTCR_EL2");
        Stage2.Controls controls = new Stage2.Controls(
                bit(vtcr, 21) && cpu.has(Feature.HAF),
                bit(vtcr, 22) && cpu.has(Feature.HDBS),
                field(vtcr, 13, 12),
                cpu.has(Feature.XNX),
                bit(hcr, 46) && cpu.has(Feature.S2FWB),
                bit(hcr, 2) && !bit(hcr, 27),
                bit(hcr, 32),
                bit(hcr, 33));
        return new Stage2(tables(vtcr), controls);
    }

    private TableRange tables(long vtcr) {
        int granule = cpu.granule(RegimeReader.lowerGranule(field(vtcr, 15, 14)));
        boolean lpa2 = bit(vtcr, 32) && cpu.allowsLpa2(granule);
        OutputEncoding encoding = Sizes.encoding(cpu, granule, lpa2);
        int inputBits = 64 - field(vtcr, 5, 0);
        int start = startLevel(granule, lpa2, field(vtcr, 7, 6), bit(vtcr, 33));
        if (start == ILLEGAL || !isSizeLegal(granule, lpa2, inputBits) || !fits(granule, start, inputBits)) {
            return TableRange.none(Vmsa64Geometry.stage1(granule, 48, encoding), 2);
        }
        Vmsa64Geometry geometry = new Vmsa64Geometry(granule, inputBits, start, encoding);
        int code = field(vtcr, 18, 16);
        long root = Sizes.root(registers.get("VTTBR_EL2"), geometry, code);
        return TableRange.of(
                geometry, 2, root, Sizes.outputBits(cpu, code, encoding), bit(registers.getOr("SCTLR_EL2", 0), 25));
    }

    private boolean isSizeLegal(int granule, boolean lpa2, int inputBits) {
        int longest = Math.min(cpu.physicalBits(), granule != 16 && !lpa2 ? 48 : 52);
        boolean guestIs32Bit = !bit(hcr, 31);
        return inputBits <= (guestIs32Bit ? Math.max(longest, 40) : longest) && inputBits >= cpu.shortestInput(granule);
    }

    /** Whether the tables of the start level, up to 16 of them, cover the address exactly. */
    private static boolean fits(int granule, int start, int inputBits) {
        int stride = granule - 3;
        int below = (3 - start) * stride + granule;
        return inputBits > below && inputBits <= below + stride + CONCATENATION_BITS;
    }

    private int startLevel(int granule, boolean lpa2, int sl0, boolean sl2) {
        return switch (granule) {
            case 12 -> startLevel4K(sl0, sl2 && lpa2);
            case 14 -> startLevel16K(sl0, lpa2);
            default -> sl0 == 3 || sl0 == 2 && cpu.physicalBits() < 44 ? ILLEGAL : 3 - sl0;
        };
    }

    private int startLevel4K(int sl0, boolean sl2) {
        if (sl2) {
            return sl0 == 0 ? -1 : ILLEGAL;
        }
        return switch (sl0) {
            case 0 -> 2;
            case 1 -> 1;
            case 2 -> cpu.physicalBits() < 44 ? ILLEGAL : 0;
            default -> cpu.has(Feature.TTST) ? 3 : ILLEGAL;
        };
    }

    private int startLevel16K(int sl0, boolean lpa2) {
        boolean illegal = sl0 == 3 && !lpa2 || sl0 == 2 && cpu.physicalBits() < 42;
        return illegal ? ILLEGAL : 3 - sl0;
    }
}
