package pagefold.spi;

import pagefold.model.SpaceKind;
import pagefold.table.ModelSetup;

/** What a profile of a plugin can do. Declared, never stubbed: what is not declared is rejected by its name. */
public enum Capability {
    /** Spaces of user processes. */
    USER_SPACE,
    /** Spaces of kernels. */
    KERNEL_SPACE,
    /** Spaces of a hypervisor itself (EL2; PL2). */
    HYP,
    /** Spaces of the firmware at the highest exception level (EL3). */
    MONITOR,
    /** Stage 2 for a guest. */
    STAGE_2,
    /** Stage 2 for the host. */
    HOST_STAGE_2,
    /** The Contiguous bit. */
    CONTIGUOUS,
    /** Hardware sets the Access flag and dirty state (FEAT_HAFDBS). */
    HARDWARE_DIRTY,
    /** Five levels of tables. */
    FIVE_LEVELS,
    /** Access control by domains (short descriptors). */
    DOMAINS,
    /** Guarded pages (FEAT_BTI). */
    GUARDED_PAGES,
    /** Memory with allocation tags (FEAT_MTE2). */
    MEMORY_TAGGING,
    /** Memory that unprivileged code may execute but not read. */
    EXECUTE_ONLY,
    /** Changing live words of a kernel in place, by Linux's rule of what is safe. */
    LIVE_CHANGES,
    /** Copying a kernel's tables to pages from which it resumes after hibernation. */
    KERNEL_COPIES,
    /** Processes that carry a kernel's entries in start tables of their own. */
    KERNEL_ENTRIES,
    /** Tables that are shared where every page leads to the same page. */
    SHARED_TABLES,
    /** Huge pages of processes, which change as one (hugetlb). */
    HUGE_PAGES,
    /** Identity maps with which a kernel turns its MMU on and off. */
    IDENTITY_MAPS,
    /** Identity maps of pages from where one kernel hands over to another. */
    IDENTITY_PAGES,
    /** Identity maps of pages at physical addresses of more than 48 bits. */
    IDENTITY_MAPS_52,
    /** Pages that a process maps more than once stay coherent though its data cache is found by virtual addresses. */
    ALIAS_COHERENCE,
    /** Processes that carry a kernel have its vectors at their lowest addresses. */
    LOW_VECTORS,
    /** Reading captured machines. */
    CAPTURES;

    /** What a profile declares when it has a kind of space. */
    public static Capability of(SpaceKind kind) {
        return valueOf(ModelSetup.capability(kind));
    }
}
