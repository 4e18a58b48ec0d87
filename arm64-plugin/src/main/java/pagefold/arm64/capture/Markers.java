package pagefold.arm64.capture;

import java.util.ArrayList;
import java.util.List;

/**
 * The headings of a dump.
 *
 * @param list in ascending order of addresses; the first one opens the dump
 */
public record Markers(List<Marker> list) {
    private static final long SIZE_1G = 1L << 30;
    private static final long SIZE_2G = 2L << 30;
    private static final long SIZE_8M = 8L << 20;
    private static final long SIZE_16M = 16L << 20;
    /** log2 of the bytes of struct page. */
    public static final int PAGE_STRUCT_SHIFT = 6;
    /** The end of vmemmap, exclusive. */
    public static final long VMEMMAP_END = -SIZE_1G;

    public Markers {
        list = List.copyOf(list);
        if (list.isEmpty()) {
            throw new IllegalArgumentException("expected a marker to open the dump with, but there is none");
        }
    }

    /**
     * A heading.
     *
     * @param address where it stands
     * @param name what it says
     */
    public record Marker(long address, String name) {}

    /** A dump of user space. */
    public static Markers user() {
        return new Markers(List.of(new Marker(0, "User space")));
    }

    /** A dump of EL2's own tables, for which Linux has none. */
    public static Markers hypervisor() {
        return new Markers(List.of(new Marker(0, "Hypervisor")));
    }

    /** A dump of an identity map, for which Linux has none. */
    public static Markers identity() {
        return new Markers(List.of(new Marker(0, "Identity map")));
    }

    /** A dump of EL3's tables. */
    public static Markers monitor() {
        return new Markers(List.of(new Marker(0, "Monitor")));
    }

    /** A dump of a guest's stage 2. */
    public static Markers guest() {
        return new Markers(List.of(new Marker(0, "Guest IPA")));
    }

    /**
     * The layout of Linux 6.12's kernel space, without KASAN, struct page of 64 bytes.
     *
     * @param inputBits VA_BITS as it runs: 64 - TCR_EL1.T1SZ
     * @param granuleBits PAGE_SHIFT
     * @param fixmapStart FIXADDR_TOT_START, which depends on the build
     */
    public static Markers kernel(int inputBits, int granuleBits, long fixmapStart) {
        long pageOffset = -1L << inputBits;
        long pageEnd = pageEnd(inputBits, granuleBits);
        long modulesEnd = pageEnd + SIZE_2G;
        long vmemmapStart = vmemmapStart(inputBits, granuleBits);
        long ioStart = VMEMMAP_END + SIZE_8M;
        List<Marker> list = new ArrayList<>();
        list.add(new Marker(pageOffset, "Linear Mapping start"));
        list.add(new Marker(pageEnd, "Linear Mapping end"));
        list.add(new Marker(pageEnd, "Modules start"));
        list.add(new Marker(modulesEnd, "Modules end"));
        list.add(new Marker(modulesEnd, "vmalloc() area"));
        list.add(new Marker(vmemmapStart - SIZE_8M, "vmalloc() end"));
        list.add(new Marker(vmemmapStart, "vmemmap start"));
        list.add(new Marker(VMEMMAP_END, "vmemmap end"));
        list.add(new Marker(ioStart, "PCI I/O start"));
        list.add(new Marker(ioStart + SIZE_16M, "PCI I/O end"));
        list.add(new Marker(fixmapStart, "Fixmap start"));
        list.add(new Marker(-SIZE_8M, "Fixmap end"));
        return new Markers(list);
    }

    /** PAGE_END: above 48 bits the kernel keeps its own ranges where a processor without 52-bit addresses has them. */
    private static long pageEnd(int inputBits, int granuleBits) {
        int least = inputBits > 48 ? (granuleBits == 14 ? 47 : 48) : inputBits;
        return -1L << least - 1;
    }

    /** Where vmemmap has the struct page of the first page of memory, which the linear map begins with. */
    public static long vmemmapStart(int inputBits, int granuleBits) {
        long linear = pageEnd(inputBits, granuleBits) - (-1L << inputBits);
        return VMEMMAP_END - (linear >>> granuleBits - PAGE_STRUCT_SHIFT);
    }
}
