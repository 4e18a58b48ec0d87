/**
 * Translation as the hardware does it: Arm ARM D8, VMSAv8-64, stage 1 and stage 2.
 *
 * <dl>
 *   <dt>regime<dd>the registers and tables that one set of Exception levels translates with
 *   <dt>range<dd>the addresses that one TTBR translates; EL1&amp;0 has two, EL2 and EL3 have one
 *   <dt>request<dd>one access: what it does, at which privilege, with which stages
 *   <dt>PAR<dd>the register that holds the answer of an address-translation instruction
 * </dl>
 */
@NullMarked
package pagefold.arm64.walk;

import org.jspecify.annotations.NullMarked;
