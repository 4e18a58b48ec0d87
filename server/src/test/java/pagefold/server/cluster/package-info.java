/** Tests of what servers keep and say in a cluster. */
@NullMarked
package pagefold.server.cluster;

import org.jspecify.annotations.NullMarked;
