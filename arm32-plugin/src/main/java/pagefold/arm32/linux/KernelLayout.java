package pagefold.arm32.linux;

import java.util.List;
import pagefold.model.SpaceKind;

/**
 * Where Linux 6.12 puts things in the kernel's part of the 32-bit space (arch/arm/include/asm/memory.h, fixmap.h).
 *
 * @param pageOffset PAGE_OFFSET: the first address of the kernel's part
 * @param highMemory the first virtual address behind the memory that is mapped linearly
 */
public record KernelLayout(long pageOffset, long highMemory) {
    private static final long MODULES_BYTES = 16L << 20;
    private static final long VMALLOC_GAP = 8L << 20;
    private static final long FDT_START = 0xff80_0000L;
    private static final long FIXMAP_START = 0xffc8_0000L;
    private static final long VECTORS_START = 0xffff_0000L;
    private static final long VECTORS_BYTES = 0x2000;

    /** A heading of the dump and where it stands. */
    public record Marker(long address, String name) {}

    /** The heading of what is below the kernel's part: dumps that the kernel does not offer. */
    public static List<Marker> lowerMarkers(SpaceKind kind) {
        return switch (kind) {
            case USER -> List.of(new Marker(0, "User space"));
            case IDMAP -> List.of(new Marker(0, "Identity map"));
            case KERNEL, HYP, MONITOR, STAGE2, IDMAP_PAGE, IDMAP_PAGE_52 -> List.of();
        };
    }

    /** TASK_SIZE: the first address that is no process's. */
    public long taskSize() {
        return pageOffset - MODULES_BYTES;
    }

    /** The headings of the kernel's dump, in address order. */
    public List<Marker> markers() {
        return List.of(
                new Marker(taskSize(), "Modules"),
                new Marker(pageOffset, "Kernel Mapping"),
                new Marker(highMemory + VMALLOC_GAP & -VMALLOC_GAP, "vmalloc() Area"),
                new Marker(FDT_START, "FDT Area"),
                new Marker(FIXMAP_START, "Fixmap Area"),
                new Marker(VECTORS_START, "Vectors"),
                new Marker(VECTORS_START + VECTORS_BYTES, "Vectors End"));
    }
}
