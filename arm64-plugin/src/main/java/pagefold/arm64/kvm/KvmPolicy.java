package pagefold.arm64.kvm;

/**
 * What depends on the version and on the build of Linux.
 *
 * @param name the policy's name
 * @param normalIndex MAIR index of Normal memory at EL2
 * @param deviceIndex MAIR index of Device-nGnRE memory at EL2
 * @param writableAccess AP[2:1] of a writable page of the hypervisor
 * @param readOnlyAccess AP[2:1] of a read-only page of the hypervisor
 * @param invalidationsByAddress TLBI instructions for one address of stage 2
 * @param lastOwner the highest owner that an annotation can name
 * @param physicalBits longest physical address, 32 to 48
 * @param shortestInput fewest bits of an intermediate physical address
 */
public record KvmPolicy(
        String name,
        int normalIndex,
        int deviceIndex,
        int writableAccess,
        int readOnlyAccess,
        int invalidationsByAddress,
        int lastOwner,
        int physicalBits,
        int shortestInput) {

    /**
     * Linux 5.17 on a processor with 48-bit physical addresses and 16-bit VMIDs.
     *
     * <p>An address of stage 2 takes two TLBI instructions: IPAS2E1IS, then VMALLE1IS for what stage 1 combined with it.
     */
    public static final KvmPolicy LINUX_5_17 = new KvmPolicy("linux-5.17", 0, 4, 1, 3, 2, 255, 48, 32);

    /** Whether an address is one of memory; a walk that only annotates has none. */
    boolean isPhysical(long address) {
        return address >>> physicalBits == 0;
    }
}
