/**
 * Stress runs: many users over several servers that fail meanwhile, and a check of every acknowledgement at the end.
 *
 * <dl>
 *   <dt>ledger<dd>what was acknowledged, refused, or never heard of, outside of the servers
 *   <dt>lost<dd>an acknowledged event that the log does not have where it was acknowledged
 *   <dt>duplicated<dd>a request that the log has more than once
 *   <dt>head user<dd>a client that appends with the position that it expects, and reads the position; what it saw is a
 *       history that is checked for linearizability
 *   <dt>fail-over time<dd>the longest time without an acknowledgement, in one simulation, after a fault
 * </dl>
 */
@NullMarked
package pagefold.server.stress;

import org.jspecify.annotations.NullMarked;
