/**
 * The event log: the only truth, durable before it is acknowledged.
 *
 * <dl>
 *   <dt>batch<dd>one row of the log: one or more units of one simulation, appended together or not at all
 *   <dt>unit<dd>what one request led to: its events, with its command id, correlation and causation
 *   <dt>position<dd>the sequence number of an event in its simulation, from 1; the head is the last one
 *   <dt>epoch<dd>the number of an ownership; an append under an older one is refused
 *   <dt>group commit<dd>the batches of all simulations that wait at one moment become one transaction
 * </dl>
 */
@NullMarked
package pagefold.server.log;

import org.jspecify.annotations.NullMarked;
