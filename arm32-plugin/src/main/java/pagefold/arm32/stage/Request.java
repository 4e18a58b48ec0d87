package pagefold.arm32.stage;

import pagefold.model.Access;
import pagefold.model.Privilege;

/**
 * What is asked of a regime.
 *
 * @param access read or write for an instruction; fetches are asked by tests and simulations
 * @param privilege unprivileged is never asked of PL2
 * @param accessNever PSTATE.PAN holds: privileged data accesses to what PL0 can reach are refused
 */
public record Request(Access access, Privilege privilege, boolean accessNever) {

    /** An ordinary access. */
    public static Request of(Access access, Privilege privilege) {
        return new Request(access, privilege, false);
    }
}
