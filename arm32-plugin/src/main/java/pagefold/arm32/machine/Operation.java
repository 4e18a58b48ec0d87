package pagefold.arm32.machine;

import java.util.List;
import java.util.Locale;
import pagefold.arm32.stage.Request;
import pagefold.model.Access;
import pagefold.model.Privilege;

/**
 * An address-translation instruction: Arm ARM G8.2 (ATS1CPR and its neighbours).
 *
 * @param target what it asks
 * @param request as which access
 */
record Operation(Target target, Request request) {
    private static final List<String> NAMES = List.of(
            "s1cpr", "s1cpw", "s1cur", "s1cuw", "s1cprp", "s1cpwp", "s12pr", "s12pw", "s12ur", "s12uw", "s1hr", "s1hw");

    /** What an instruction asks. */
    enum Target {
        STAGE_1,
        BOTH_STAGES,
        PL2
    }

    /**
     * Reads {@code s1cpr}, {@code s12uw} and the like.
     *
     * @throws IllegalArgumentException when there is no such instruction
     */
    static Operation parse(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (!NAMES.contains(lower)) {
            throw new IllegalArgumentException("expected an instruction of " + NAMES + ", but it is '"
                    + (name.length() <= 20 ? name : name.substring(0, 20) + "…") + "'");
        }
        Target target =
                lower.startsWith("s12") ? Target.BOTH_STAGES : lower.startsWith("s1h") ? Target.PL2 : Target.STAGE_1;
        boolean accessNever = target == Target.STAGE_1 && lower.length() == 6;
        String access = accessNever ? lower.substring(0, 5) : lower;
        boolean isUser = target != Target.PL2 && access.charAt(3) == 'u';
        return new Operation(
                target,
                new Request(
                        access.endsWith("w") ? Access.WRITE : Access.READ,
                        isUser ? Privilege.UNPRIVILEGED : Privilege.PRIVILEGED,
                        accessNever));
    }
}
