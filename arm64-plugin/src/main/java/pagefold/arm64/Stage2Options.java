package pagefold.arm64;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import pagefold.arm64.descriptor.OutputEncoding;
import pagefold.arm64.descriptor.Vmsa64Geometry;
import pagefold.arm64.kvm.KvmGeometry;
import pagefold.arm64.walk.Stage2;
import pagefold.spi.ProfileOption;

/**
 * What a hypervisor chooses for the stage 2 of its guests.
 *
 * @param inputBits size of the intermediate physical addresses: VTCR_EL2.T0SZ
 * @param startLevel level of the start table: VTCR_EL2.SL0 and SL2
 * @param forcedWriteBack HCR_EL2.FWB: MemAttr has its other meaning
 * @param hardwareDirty VTCR_EL2.HD: hardware keeps the dirty state of guest memory
 */
record Stage2Options(int inputBits, int startLevel, boolean forcedWriteBack, boolean hardwareDirty) {
    /** What KVM gives to a guest that asks for nothing. */
    private static final int DEFAULT_INPUT_BITS = 40;
    /** Fewest bits that KVM gives to a guest. */
    private static final int SHORTEST_INPUT = 32;

    /** What may be written, in order. */
    static final List<ProfileOption> FORMS = List.of(
            new ProfileOption(
                    "-ipaN",
                    "stage 2: bits of an intermediate physical address, from 32 to those of the output"
                            + " (without it " + DEFAULT_INPUT_BITS + ")"),
            new ProfileOption(
                    "-startN",
                    "stage 2: level of the start table, -1 to 2, where VTCR_EL2 can say it with up to"
                            + " 16 start tables (without it as KVM has it)"),
            new ProfileOption("-fwb", "stage 2: HCR_EL2.FWB, memory attributes of stage 1 yield"),
            new ProfileOption("-s2hd", "stage 2: VTCR_EL2.HD, hardware keeps the dirty state"));

    private static final Pattern OPTIONS =
            Pattern.compile("(?:-ipa(?<size>[1-9]\\d))?(?:-start(?<level>-1|[0-2]))?(?<fwb>-fwb)?(?<hd>-s2hd)?");

    /** Plain tables of 40 bits. */
    static Stage2Options standard(int granuleBits) {
        return new Stage2Options(
                DEFAULT_INPUT_BITS, KvmGeometry.startLevel(granuleBits, DEFAULT_INPUT_BITS), false, false);
    }

    /** These with the options in a text such as {@code -ipa48-fwb}, or {@code null} where they make no legal tables. */
    @Nullable
    Stage2Options with(String text, StageOneProfile profile) {
        Matcher options = OPTIONS.matcher(text);
        if (!options.matches()) {
            return null;
        }
        String size = options.group("size");
        String level = options.group("level");
        int bits = size == null ? inputBits : Integer.parseInt(size);
        int start = level == null ? KvmGeometry.startLevel(profile.granuleBits(), bits) : Integer.parseInt(level);
        boolean isLegal = bits >= SHORTEST_INPUT
                && bits <= profile.outputBits()
                && isLegal(profile.granuleBits(), profile.encoding(), bits, start);
        return isLegal
                ? new Stage2Options(bits, start, options.group("fwb") != null, options.group("hd") != null)
                : null;
    }

    /**
     * Whether VTCR_EL2 can say so for a processor of 48 or 52 address bits (Arm ARM D8.2.10): of the start levels that
     * only exist with 52-bit descriptors, and up to 16 start tables.
     */
    private static boolean isLegal(int granuleBits, OutputEncoding encoding, int inputBits, int startLevel) {
        int below = granuleBits + (granuleBits - 3) * (Vmsa64Geometry.LAST_LEVEL - startLevel);
        boolean fits = inputBits > below && inputBits <= below + granuleBits - 3 + KvmGeometry.CONCATENATION_BITS;
        boolean exists = switch (granuleBits) {
            case 12 -> startLevel >= 0 || encoding == OutputEncoding.LPA2;
            case 14 -> startLevel >= 1 || startLevel == 0 && encoding == OutputEncoding.LPA2;
            default -> startLevel >= 1;
        };
        return fits && exists;
    }

    /** The tables. */
    Vmsa64Geometry geometry(int granuleBits, OutputEncoding encoding) {
        return new Vmsa64Geometry(granuleBits, inputBits, startLevel, encoding);
    }

    /**
     * VTCR_EL2 and HCR_EL2 of the hypervisor, with FEAT_XNX.
     *
     * @param hardwareAccess VTCR_EL2.HA
     */
    Stage2.Controls controls(boolean hardwareAccess) {
        return new Stage2.Controls(hardwareAccess, hardwareDirty, 3, true, forcedWriteBack, false, false, false);
    }

    /** What is not as KVM has it, behind the words of a title. */
    String title() {
        return ", guests of " + inputBits + " bits" + (forcedWriteBack ? " with forced write-back" : "")
                + (hardwareDirty ? " with dirty state by hardware" : "");
    }
}
