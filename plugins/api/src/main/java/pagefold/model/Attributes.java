package pagefold.model;

/**
 * Everything about a region but its place: a lossless superset of what the formats can hold.
 *
 * @param permissions who may do what
 * @param memoryType Device or Normal, with its subtype
 * @param shareability the shareability domain
 * @param global whether the translation holds for every address space identifier (ASID)
 * @param guarded whether indirect branches must land on a branch target (FEAT_BTI)
 * @param software four bits for software, 0 to 15
 * @param blocks hint: a leaf above the last level may be used where it fits
 * @param contiguous hint: runs of entries may be marked contiguous where they fit
 */
public record Attributes(
        Permissions permissions,
        MemoryType memoryType,
        Shareability shareability,
        boolean global,
        boolean guarded,
        int software,
        boolean blocks,
        boolean contiguous) {

    public Attributes {
        if (software < 0 || software > 15) {
            throw new IllegalArgumentException("expected software bits from 0 to 15, but they are " + software);
        }
    }

    /** Ordinary cached memory of a process: inner shareable, not global, pages only. */
    public static Attributes user(Permissions permissions) {
        return new Attributes(
                permissions, MemoryType.NORMAL_WB, Shareability.INNER_SHAREABLE, false, false, 0, false, false);
    }

    /** Memory of a kernel: inner shareable, global, blocks and contiguous runs where they fit. */
    public static Attributes kernel(Permissions permissions, MemoryType memoryType) {
        return new Attributes(permissions, memoryType, Shareability.INNER_SHAREABLE, true, false, 0, true, true);
    }

    public Attributes withMemoryType(MemoryType changed) {
        return new Attributes(permissions, changed, shareability, global, guarded, software, blocks, contiguous);
    }

    public Attributes withGuarded(boolean changed) {
        return new Attributes(permissions, memoryType, shareability, global, changed, software, blocks, contiguous);
    }

    public Attributes withPermissions(Permissions changed) {
        return new Attributes(changed, memoryType, shareability, global, guarded, software, blocks, contiguous);
    }
}
