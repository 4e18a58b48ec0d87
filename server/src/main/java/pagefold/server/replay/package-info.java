/**
 * States made from the log: hops 5 to 7 again, for a restart, for the past, for a plugin swap. There is no second path.
 *
 * <dl>
 *   <dt>projection<dd>a plugin's model together with the neutral state at the same position
 *   <dt>past state<dd>a projection at a position below the head, made for a reader and kept for a while
 *   <dt>question<dd>a read of a projection; changes nothing
 *   <dt>trouble<dd>why a simulation cannot answer, other than that the command was not right
 * </dl>
 */
@NullMarked
package pagefold.server.replay;

import org.jspecify.annotations.NullMarked;
