package pagefold.arm32.shortdesc;

import static pagefold.arm32.shortdesc.Descriptor.field;

import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What a processor implements of the format.
 *
 * @param hasArmv8 Armv8 or later: Device memory is always outer shareable
 * @param hasPxn PXN (ID_MMFR0.VMSA is 4 or more); without it the encoding 0b11 of level 1 is reserved
 * @param hasWriteNeverExecute SCTLR.WXN and SCTLR.UWXN (Armv7's Virtualization Extensions, or Armv8)
 * @param outputBits 32, 36 or 40: physical addresses that supersections reach (ID_MMFR3, cached memory size)
 */
record Processor(boolean hasArmv8, boolean hasPxn, boolean hasWriteNeverExecute, int outputBits) {
    /** Processors of Armv7 with the Large Physical Address and Virtualization Extensions. */
    private static final Set<String> ARMV7_VE = Set.of("cortex-a7", "cortex-a12", "cortex-a15", "cortex-a17");
    /** Processors of Armv7 without those, and of Armv6. */
    private static final Set<String> ARMV7 = Set.of("cortex-a5", "cortex-a8", "cortex-a9");

    /**
     * A processor by its name; its identification registers count more, where the capture has them.
     *
     * @param name as QEMU calls it; others, and none, are of Armv8
     * @param registers of the capture
     */
    static Processor of(String name, Map<String, Long> registers) {
        String lower = name.toLowerCase(Locale.ROOT);
        boolean isOld = ARMV7.contains(lower);
        Long mmfr0 = registers.get("ID_MMFR0");
        Long mmfr3 = registers.get("ID_MMFR3");
        return new Processor(
                !isOld && !ARMV7_VE.contains(lower),
                mmfr0 == null ? !isOld : field(mmfr0, 3, 0) >= 4,
                !isOld,
                mmfr3 == null ? isOld ? 32 : 40 : outputBits(field(mmfr3, 27, 24)));
    }

    private static int outputBits(long cachedMemorySize) {
        return switch ((int) cachedMemorySize) {
            case 0 -> 32;
            case 1 -> 36;
            default -> 40;
        };
    }
}
