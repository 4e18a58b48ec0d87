/** Tests of the JSON of events and commands. */
@NullMarked
package pagefold.server.wire;

import org.jspecify.annotations.NullMarked;
