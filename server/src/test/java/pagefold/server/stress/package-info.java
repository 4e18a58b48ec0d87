/** Tests of stress runs, and of the test itself: servers that are broken on purpose must be found. */
@NullMarked
package pagefold.server.stress;

import org.jspecify.annotations.NullMarked;
