package pagefold.model;

/** Who makes an access. */
public enum Privilege {
    /** EL1 or EL2; PL1 or PL2. */
    PRIVILEGED,
    /** EL0; PL0. */
    UNPRIVILEGED
}
