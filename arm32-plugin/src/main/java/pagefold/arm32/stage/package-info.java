/**
 * What the translation stages of VMSAv8-32 say to one another, whichever descriptors they have.
 *
 * <p>Stage 1 of PL1&amp;0 has short or long descriptors (TTBCR.EAE); PL2 and stage 2 always have long ones. A stage 1
 * under a stage 2 reads its descriptors through it: {@link pagefold.arm32.stage.DescriptorPath}. Its output is an
 * intermediate physical address of up to 40 bits, with short descriptors too (supersections).
 *
 * <dl>
 *   <dt>PL1&amp;0, PL2<dd>the regime of a kernel and its processes; the regime of a hypervisor
 *   <dt>IPA<dd>intermediate physical address, between the two stages
 * </dl>
 */
@NullMarked
package pagefold.arm32.stage;

import org.jspecify.annotations.NullMarked;
