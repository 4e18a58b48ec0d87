@NullMarked
package pagefold.server.replay;

import org.jspecify.annotations.NullMarked;
