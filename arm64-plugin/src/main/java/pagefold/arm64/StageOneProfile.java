package pagefold.arm64;

import pagefold.arm64.capture.Markers;
import pagefold.arm64.descriptor.Descriptor;
import pagefold.arm64.descriptor.OutputEncoding;
import pagefold.spi.KernelLayout;
import pagefold.table.Geometry;

/**
 * A configuration of stage 1 of EL1&amp;0.
 *
 * @param name as {@code 4k-48}
 * @param granuleBits log2 of a page
 * @param inputBits size of the virtual addresses of each half
 * @param builtInputBits what the kernel was built for: more than {@code inputBits} where the processor lacks what that
 *     needs, so that the kernel folds a level, or offsets TTBR1, at run time
 * @param encoding where descriptors keep an address
 * @param hardwareDirty whether hardware sets the Access flag and dirty state (TCR_EL1.HA and HD)
 */
record StageOneProfile(
        String name,
        int granuleBits,
        int inputBits,
        int builtInputBits,
        OutputEncoding encoding,
        boolean hardwareDirty) {
    /**
     * FIXADDR_TOT_START of the kernel whose markers a dump shows: Linux 6.12's fixmap (arch/arm64/include/asm/fixmap.h)
     * ends 8 MB below the top and has a device tree of 2 MB and a page, seven windows of 256 KB for early ioremap, and 16
     * pages more in Debian's build. With 4K and 16K pages that is what running kernels say.
     */
    long fixmapStart() {
        long pages = (0x20_0000L + 7 * 0x4_0000L >>> granuleBits) + 17;
        return -0x80_0000L - (pages << granuleBits);
    }

    /**
     * Linux 6.12's vmemmap: struct page has 64 bytes; sections have 128 MB, with 64K pages 512 MB
     * (arch/arm64/include/asm/sparsemem.h); memory begins at a multiple of ARM64_MEMSTART_ALIGN (kernel-pgtable.h);
     * with 4K pages whole sections have blocks (vmemmap_populate of arch/arm64/mm/mmu.c).
     */
    KernelLayout kernelLayout() {
        boolean isLarge = granuleBits == 16;
        return new KernelLayout(
                Markers.vmemmapStart(inputBits, granuleBits),
                Markers.VMEMMAP_END - 1,
                1 << Markers.PAGE_STRUCT_SHIFT,
                isLarge ? 29 : 27,
                isLarge ? 29 : 30,
                granuleBits == 12 ? Descriptor.bit(geometry().shift(2)) : 0);
    }

    /** Whether descriptors have no SH field, since TCR_EL1.SH says it for all. */
    boolean sharesByControl() {
        return encoding == OutputEncoding.LPA2;
    }

    /** Size of the physical addresses. */
    int outputBits() {
        return encoding.addressBits();
    }

    /** The tables as the kernel sees them. */
    Geometry geometry() {
        return Geometry.of(granuleBits, inputBits, builtInputBits);
    }

    /** How far behind the start table of the kernel TTBR1_EL1 points: hardware's first entry is not the table's. */
    long upperRootOffset() {
        Geometry geometry = geometry();
        int level = geometry.startLevel();
        long unused = geometry.entries(level) - (1L << inputBits - geometry.shift(level));
        return unused << Descriptor.WORD_SHIFT;
    }

    /** One line for people. */
    String title() {
        String built = inputBits == builtInputBits ? "" : " of a kernel built for " + builtInputBits + " bits";
        return (1 << granuleBits - 10) + "K pages, " + inputBits + "-bit virtual" + built + " and " + outputBits()
                + "-bit physical addresses, words as Linux 6.12";
    }
}
