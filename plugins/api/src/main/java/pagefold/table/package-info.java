/**
 * The table engine: format (word to meaning), algorithm (one walker; map, unmap, update, split, collapse) and policy.
 *
 * <dl>
 *   <dt>word<dd>one stored descriptor
 *   <dt>descriptor<dd>what a word says: invalid, table, block or page
 *   <dt>leaf<dd>a valid block or page descriptor
 *   <dt>table<dd>an array of words; the <em>root</em> or start table is where a walk begins
 *   <dt>level<dd>Arm's level: -1 to 3, a page is at 3 (short descriptors: 1 and 2)
 *   <dt>generic level<dd>Linux's PGD, P4D, PUD, PMD, PTE; a <em>folded</em> one has no table of its own
 *   <dt>contiguous run<dd>neighbouring leaves that hardware may cache as one
 *   <dt>break before make<dd>making a live word invalid and invalidating it in TLBs before it becomes another valid one
 *       (Arm ARM D8.16)
 * </dl>
 */
@NullMarked
package pagefold.table;

import org.jspecify.annotations.NullMarked;
