/**
 * What operators ask a server: whether it lives and whether it takes requests.
 *
 * <dl>
 *   <dt>live<dd>the process works; if not, it should be started again
 *   <dt>ready<dd>requests are taken; not while the server starts or stops
 * </dl>
 */
@NullMarked
package pagefold.server.ops;

import org.jspecify.annotations.NullMarked;
