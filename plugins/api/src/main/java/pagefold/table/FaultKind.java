package pagefold.table;

import java.util.Locale;

/** Why a translation fails: Arm ARM D8.15 (VMSAv8-64), G5.11 (VMSAv8-32). */
public enum FaultKind {
    TRANSLATION,
    ADDRESS_SIZE,
    ACCESS_FLAG,
    /** Short descriptors only. */
    DOMAIN,
    PERMISSION;

    /** As it is written: {@code address-size}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
