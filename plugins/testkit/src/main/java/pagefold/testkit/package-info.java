/**
 * The conformance test that plugin authors extend, seeded generators and readers of the conformance data.
 *
 * <dl>
 *   <dt>capture<dd>registers and memory of a machine that was stopped, with the kernel's own dump of its tables
 *   <dt>query<dd>an address-translation instruction with an address, and what PAR held afterwards
 *   <dt>seed<dd>the number that a random test is made from; printed when it runs, given with {@code -Dseed}
 * </dl>
 */
@NullMarked
package pagefold.testkit;

import org.jspecify.annotations.NullMarked;
