package pagefold.arm64.capture;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import pagefold.arm64.walk.Request;
import pagefold.model.Access;
import pagefold.model.Privilege;

/**
 * An address-translation instruction: Arm ARM C5.4 (AT).
 *
 * @param exceptionLevel the level whose access is asked about
 * @param request what it asks
 */
record Operation(int exceptionLevel, int request) {

    /**
     * Reads {@code s1e1r}, {@code s12e0w}, {@code s1e1rp} and the like.
     *
     * @throws IllegalArgumentException when there is no such instruction
     */
    static Operation parse(String name) {
        Operation found = find(name.toLowerCase(Locale.ROOT));
        if (found == null) {
            throw new IllegalArgumentException("expected an instruction of s1e0r s1e0w s1e1r s1e1w s1e1rp s1e1wp s1e2r "
                    + "s1e2w s1e3r s1e3w s12e0r s12e0w s12e1r s12e1w, but found '"
                    + (name.length() <= 20 ? name : name.substring(0, 20) + "…") + "'");
        }
        return found;
    }

    private static @Nullable Operation find(String name) {
        return switch (name) {
            case "s1e0r" -> of(0, Access.READ, Request.STAGE_1_ONLY);
            case "s1e0w" -> of(0, Access.WRITE, Request.STAGE_1_ONLY);
            case "s1e1r" -> of(1, Access.READ, Request.STAGE_1_ONLY);
            case "s1e1w" -> of(1, Access.WRITE, Request.STAGE_1_ONLY);
            case "s1e1rp" -> of(1, Access.READ, Request.STAGE_1_ONLY | Request.PAN);
            case "s1e1wp" -> of(1, Access.WRITE, Request.STAGE_1_ONLY | Request.PAN);
            case "s1e2r" -> of(2, Access.READ, Request.STAGE_1_ONLY);
            case "s1e2w" -> of(2, Access.WRITE, Request.STAGE_1_ONLY);
            case "s1e3r" -> of(3, Access.READ, Request.STAGE_1_ONLY);
            case "s1e3w" -> of(3, Access.WRITE, Request.STAGE_1_ONLY);
            case "s12e0r" -> of(0, Access.READ, 0);
            case "s12e0w" -> of(0, Access.WRITE, 0);
            case "s12e1r" -> of(1, Access.READ, 0);
            case "s12e1w" -> of(1, Access.WRITE, 0);
            default -> null;
        };
    }

    private static Operation of(int exceptionLevel, Access access, int flags) {
        Privilege privilege = exceptionLevel == 0 ? Privilege.UNPRIVILEGED : Privilege.PRIVILEGED;
        return new Operation(exceptionLevel, Request.of(access, privilege) | flags | Request.ADDRESS_TRANSLATION);
    }
}
