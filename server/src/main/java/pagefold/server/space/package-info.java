/**
 * One writer for every open simulation: commands become durable events, in one order, checked before they are written.
 *
 * <dl>
 *   <dt>unit<dd>one command or a batch of them, accepted or rejected as a whole
 *   <dt>lane<dd>units of one client that depend on each other: when one fails, those behind it are not executed
 *   <dt>round<dd>the units that a writer takes from its queue at one time; it becomes one row of the log
 *   <dt>generation<dd>number of a model of a simulation, counted up at every plugin swap
 *   <dt>flip<dd>the moment between two events at which the next generation takes over
 * </dl>
 */
@NullMarked
package pagefold.server.space;

import org.jspecify.annotations.NullMarked;
