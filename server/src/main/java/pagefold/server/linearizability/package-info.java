/**
 * Whether what clients saw of an object could have been: a checker of linearizability.
 *
 * <p>The search is that of Wing and Gong (<a href="https://doi.org/10.1006/jpdc.1993.1015">"Testing and Verifying
 * Concurrent Objects", 1993</a>) with the memory of states that were tried of Lowe ("Testing for linearizability",
 * 2017).
 *
 * <dl>
 *   <dt>operation<dd>a request of one client, from its invocation to its return, with what it was answered
 *   <dt>history<dd>operations of several clients on one object
 *   <dt>linearizable<dd>there is an order of the operations that the object alone could have answered so, in which no
 *       operation comes before one that had returned when it was invoked
 *   <dt>pending<dd>an operation that never returned to its client: it may have taken effect at any time since, or never
 * </dl>
 */
@NullMarked
package pagefold.server.linearizability;

import org.jspecify.annotations.NullMarked;
