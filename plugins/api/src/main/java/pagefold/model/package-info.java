/**
 * The architecture-neutral domain, pure and deterministic.
 *
 * <dl>
 *   <dt>simulation<dd>one simulated machine with its address spaces; one history, one writer at a time
 *   <dt>address space<dd>a named space of one {@link pagefold.model.SpaceKind}
 *   <dt>region<dd>a run of one space with one output and one set of attributes
 *   <dt>command, event<dd>a command is decided; an event has happened and is never changed
 *   <dt>position<dd>the sequence number of an event in its simulation's log; 0 is the empty simulation
 *   <dt>start, last<dd>the first and the last address of a range, both part of it
 * </dl>
 */
@NullMarked
package pagefold.model;

import org.jspecify.annotations.NullMarked;
