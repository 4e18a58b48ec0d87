/**
 * Who may do what.
 *
 * <dl>
 *   <dt>caller<dd>who a request comes from: the subject of its token, with its grants
 *   <dt>role<dd>what a caller may do with a simulation: look, change it, or own it
 *   <dt>grant<dd>a role on the simulations whose names match a pattern
 * </dl>
 */
@NullMarked
package pagefold.server.access;

import org.jspecify.annotations.NullMarked;
