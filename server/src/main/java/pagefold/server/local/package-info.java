/**
 * Servers on this machine for a try-out, a stress run or a test: processes that end with the one that started them.
 *
 * <dl>
 *   <dt>kept process<dd>a process whose keeper ends it when whoever started it is gone, however that ended
 *   <dt>node<dd>a Pagefold server in a process of its own, always at the same address
 *   <dt>local cluster<dd>a PostgreSQL and the nodes that have their log in it
 *   <dt>local network<dd>what nodes send to each other over, and may not arrive
 * </dl>
 */
@NullMarked
package pagefold.server.local;

import org.jspecify.annotations.NullMarked;
