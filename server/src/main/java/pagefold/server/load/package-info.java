/**
 * A load generator: many users who change and read a few simulations over the network, as other clients would.
 *
 * <dl>
 *   <dt>user<dd>one connection with an address space of its own, whose commands are all valid
 *   <dt>mix<dd>how often a user maps, unmaps, protects and walks
 *   <dt>way<dd>how commands travel: one in a request, a batch in a request, or over a socket
 * </dl>
 */
@NullMarked
package pagefold.server.load;

import org.jspecify.annotations.NullMarked;
