package pagefold.spi;

/**
 * Where a kernel keeps an array with an element for every page of physical memory (Linux's sparse vmemmap).
 *
 * @param vmemmapStart address of the element of the first page of memory
 * @param vmemmapLast the last address that the array may have
 * @param elementBytes size of an element (struct page), a power of two
 * @param sectionBits log2 of the bytes of memory that are made known to the kernel together
 * @param memoryAlignmentBits log2 of what the beginning of memory is rounded down to
 * @param blockBytes size of the blocks that the elements of a whole section are mapped by; 0 where they are mapped by
 *     pages
 */
public record KernelLayout(
        long vmemmapStart,
        long vmemmapLast,
        int elementBytes,
        int sectionBits,
        int memoryAlignmentBits,
        long blockBytes) {}
