package pagefold.model;

/** What an address space is for, and so which translation regime walks it. */
public enum SpaceKind {
    /** A process: unprivileged and privileged accesses, lower addresses (TTBR0 of EL1&amp;0; PL1&amp;0). */
    USER,
    /** A kernel: upper addresses (TTBR1 of EL1&amp;0; PL1&amp;0). */
    KERNEL,
    /** A hypervisor's own space (EL2; PL2). */
    HYP,
    /** Intermediate physical to physical addresses, of one guest or of the host. */
    STAGE2,
    /** Firmware at the highest exception level (EL3). */
    MONITOR
}
