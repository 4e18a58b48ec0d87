package pagefold.arm32.stage;

import java.util.Locale;
import java.util.Set;

/**
 * What a model of processor has, of the features that change translations.
 *
 * @param model as QEMU names it, in lower case
 * @param armv8 Armv8: address bits 47:40 that are not zero fault; Armv7 ignores them
 * @param privilegedAccessNever PSTATE.PAN and the instructions ATS1CPRP, ATS1CPWP (Armv8.1, FEAT_PAN)
 * @param hierarchicalDisables TTBCR2.HPDx and HTCR.HPD count (Armv8.2, FEAT_AA32HPD)
 * @param executeApart XN[0] of stage 2 tells PL1 from PL0 (Armv8.2, FEAT_XNX)
 */
public record Processor(
        String model,
        boolean armv8,
        boolean privilegedAccessNever,
        boolean hierarchicalDisables,
        boolean executeApart) {
    private static final Set<String> ARMV7_MODELS =
            Set.of("cortex-a5", "cortex-a7", "cortex-a8", "cortex-a9", "cortex-a12", "cortex-a15", "cortex-a17");
    private static final Set<String> ARMV8_0_MODELS =
            Set.of("cortex-a32", "cortex-a35", "cortex-a53", "cortex-a57", "cortex-a72", "cortex-a73");

    /**
     * The processor of a capture; one that is not known, or not named, has everything.
     *
     * @param model as QEMU names it, as {@code cortex-a15}
     */
    public static Processor of(String model) {
        String name = model.toLowerCase(Locale.ROOT);
        boolean armv8 = !ARMV7_MODELS.contains(name);
        boolean isNewer = armv8 && !ARMV8_0_MODELS.contains(name);
        return new Processor(name, armv8, isNewer, isNewer, isNewer);
    }
}
