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
 * @param pageSize bytes of huge pages, a power of two, that the memory of a process consists of and that change as one
 *     (hugetlb), or of a kernel's sections; 0 for ordinary memory. With it there are no hints
 */
public record Attributes(
        Permissions permissions,
        MemoryType memoryType,
        Shareability shareability,
        boolean global,
        boolean guarded,
        int software,
        boolean blocks,
        boolean contiguous,
        long pageSize) {

    public Attributes {
        if (pageSize != 0 && (pageSize < 0 || Long.bitCount(pageSize) != 1)) {
            throw new IllegalArgumentException(
                    "expected a page size that is a power of two, but it is 0x" + Long.toHexString(pageSize));
        }
        if (pageSize != 0 && (blocks || contiguous)) {
            throw new IllegalArgumentException("expected a page size without the hints blocks and contiguous");
        }
        if (software < 0 || software > 15) {
            throw new IllegalArgumentException("expected software bits from 0 to 15, but they are " + software);
        }
    }

    /** Of ordinary memory. */
    public Attributes(
            Permissions permissions,
            MemoryType memoryType,
            Shareability shareability,
            boolean global,
            boolean guarded,
            int software,
            boolean blocks,
            boolean contiguous) {
        this(permissions, memoryType, shareability, global, guarded, software, blocks, contiguous, 0);
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
        return new Attributes(
                permissions, changed, shareability, global, guarded, software, blocks, contiguous, pageSize);
    }

    public Attributes withGuarded(boolean changed) {
        return new Attributes(
                permissions, memoryType, shareability, global, changed, software, blocks, contiguous, pageSize);
    }

    public Attributes withPermissions(Permissions changed) {
        return new Attributes(
                changed, memoryType, shareability, global, guarded, software, blocks, contiguous, pageSize);
    }

    /** The same memory of huge pages, without hints. */
    public Attributes ofPages(long bytes) {
        return new Attributes(permissions, memoryType, shareability, global, guarded, software, false, false, bytes);
    }

    /** Whether the memory consists of huge pages. */
    public boolean isHuge() {
        return pageSize != 0;
    }
}
