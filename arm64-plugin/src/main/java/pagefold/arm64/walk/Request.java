package pagefold.arm64.walk;

import pagefold.model.Access;
import pagefold.model.Privilege;

/**
 * One access as an {@code int}, so that asking allocates nothing.
 *
 * <pre>
 *       9        8          7           6      5 4 3     2 1 0
 * +-----------+------+--------------+-----+---------+---------+
 * | non-fault | Addr | stage 1 only | PAN | rwx priv| rwx EL0 |   exactly one of the bits 5 to 0 is set
 * +-----------+------+--------------+-----+---------+---------+
 * </pre>
 */
public final class Request {
    /** PSTATE.PAN holds for this access. */
    public static final int PAN = 1 << 6;
    /** The output of stage 1 is the answer; its tables are still looked up through stage 2. */
    public static final int STAGE_1_ONLY = 1 << 7;
    /** An address-translation instruction: asks, but changes neither Access flag nor dirty state. */
    public static final int ADDRESS_TRANSLATION = 1 << 8;
    /** A read of a non-fault or first-fault load (FEAT_SVE), which TCR_ELx.NFDn keeps from walking at EL0. */
    public static final int NON_FAULT = 1 << 9;

    static final int ACCESS_MASK = 0b111_111;
    static final int UNPRIVILEGED = 0b000_111;
    static final int PRIVILEGED = 0b111_000;
    static final int READ = 0b100_100;
    static final int WRITE = 0b010_010;
    static final int EXECUTE = 0b001_001;

    private Request() {}

    /** An ordinary access through all stages. */
    public static int of(Access access, Privilege privilege) {
        return READ >>> 3 >> access.ordinal() << (privilege == Privilege.PRIVILEGED ? 3 : 0);
    }
}
