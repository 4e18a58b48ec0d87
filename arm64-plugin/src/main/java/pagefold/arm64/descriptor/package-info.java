/**
 * The words of VMSAv8-64 translation tables: where each field lies, and what it says (Arm ARM D8.3).
 *
 * <dl>
 *   <dt>stage 1, two ranges<dd>EL1&amp;0 and EL2&amp;0: privileged and unprivileged permissions apart
 *   <dt>stage 1, one range<dd>EL2 and EL3: one privilege; PXN, AP[1], APTable[0] have no meaning
 *   <dt>stage 2<dd>from intermediate physical to physical addresses
 *   <dt>output encoding<dd>where a word keeps bits 51:48 of an address
 * </dl>
 */
@NullMarked
package pagefold.arm64.descriptor;

import org.jspecify.annotations.NullMarked;
