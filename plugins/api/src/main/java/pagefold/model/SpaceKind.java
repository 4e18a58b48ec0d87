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
    MONITOR,
    /**
     * The identity map with which a kernel turns its MMU on and off: every address leads to itself, through TTBR0
     * (Linux's {@code idmap_pg_dir}; {@code idmap_pgd} of PL1&amp;0).
     */
    IDMAP,
    /**
     * The tables of single pages that lead to themselves, from where one kernel hands over to another ({@code
     * trans_pgd_idmap_page}: hibernation, kexec), for physical addresses below 2<sup>48</sup>.
     */
    IDMAP_PAGE,
    /** The same for physical addresses from 2<sup>48</sup> on. */
    IDMAP_PAGE_52;

    /** Whether every address that is mapped leads to itself. */
    public boolean isIdentity() {
        return this == IDMAP || this == IDMAP_PAGE || this == IDMAP_PAGE_52;
    }
}
