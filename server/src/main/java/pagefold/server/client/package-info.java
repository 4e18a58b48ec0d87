/**
 * Asking servers that may die, stop or hang: when a request is sent again, where, and for how long.
 *
 * <dl>
 *   <dt>patience<dd>how long a request is repeated before its sender gives up
 *   <dt>route<dd>which of several servers is asked first; whoever finds it wanting moves all that share it on
 * </dl>
 */
@NullMarked
package pagefold.server.client;

import org.jspecify.annotations.NullMarked;
