/** What operators ask a server: whether it lives and whether it takes requests. */
@NullMarked
package pagefold.server.ops;

import org.jspecify.annotations.NullMarked;
