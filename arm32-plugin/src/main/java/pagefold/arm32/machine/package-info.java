/**
 * A captured machine in AArch32 state, put together from its stages by its registers.
 *
 * <dl>
 *   <dt>ATS1C<i>xy</i><dd>asks stage 1 of PL1&amp;0: {@code s1cpr}, {@code s1cpw}, {@code s1cur}, {@code s1cuw}; with
 *       PSTATE.PAN, {@code s1cprp}, {@code s1cpwp}
 *   <dt>ATS12NSO<i>xy</i><dd>asks both stages: {@code s12pr}, {@code s12pw}, {@code s12ur}, {@code s12uw}
 *   <dt>ATS1H<i>x</i><dd>asks PL2: {@code s1hr}, {@code s1hw}
 * </dl>
 */
@NullMarked
package pagefold.arm32.machine;

import org.jspecify.annotations.NullMarked;
