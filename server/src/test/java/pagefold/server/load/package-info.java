/** Tests of the load generator. */
@NullMarked
package pagefold.server.load;

import org.jspecify.annotations.NullMarked;
