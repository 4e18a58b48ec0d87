/**
 * The arm64 plugin: VMSAv8-64 tables with the words of Linux 6.12.
 *
 * <dl>
 *   <dt>granule<dd>the size of a page and of a table below the root: 4K, 16K or 64K
 *   <dt>regime<dd>who translates with a set of tables: EL1&amp;0 (a kernel and its processes), EL2, or stage 2
 *   <dt>TTBR0, TTBR1<dd>the roots of EL1&amp;0: lower addresses (user spaces) and upper addresses (kernel spaces)
 *   <dt>writable-clean<dd>DBM with AP[2]: may be written, has not been; a write clears AP[2] (FEAT_HAFDBS)
 *   <dt>PRESENT_INVALID<dd>Linux's word for memory that is there and grants nothing: not valid, but it keeps its frame
 *   <dt>MAIR<dd>eight bytes of memory attributes; a descriptor holds an index into them
 * </dl>
 *
 * <p>Bits and sections of the Arm ARM: {@link pagefold.arm64.descriptor}.
 */
@NullMarked
package pagefold.arm64;

import org.jspecify.annotations.NullMarked;
