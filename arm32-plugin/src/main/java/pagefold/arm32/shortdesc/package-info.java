/**
 * The short-descriptor format of VMSAv8-32 and VMSAv7 (Arm ARM G5.4): PL1&amp;0 stage 1, 32-bit virtual addresses, words
 * of 32 bits, two levels, access control by domains.
 *
 * <dl>
 *   <dt>L1<dd>4096 words of 1 MB each: page tables, sections, supersections
 *   <dt>L2<dd>256 words of 4 KB each: small pages, large pages
 *   <dt>section, supersection<dd>leaves of 1 MB and 16 MB at L1; a supersection is repeated in 16 words and may lead
 *       beyond 4 GB
 *   <dt>small page, large page<dd>leaves of 4 KB and 64 KB at L2; a large page is repeated in 16 words
 *   <dt>domain<dd>one of 16 groups of memory; DACR says of each whether nobody has access, permissions count (client)
 *       or do not (manager)
 *   <dt>Linux word<dd>what Linux keeps of a page in a table of its own, 2 KB below the one that hardware reads, since the
 *       format has no room for accessed and dirty state
 * </dl>
 */
@NullMarked
package pagefold.arm32.shortdesc;

import org.jspecify.annotations.NullMarked;
