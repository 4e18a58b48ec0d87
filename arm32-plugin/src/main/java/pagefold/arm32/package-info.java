/** The arm32 architecture plugin. */
@NullMarked
package pagefold.arm32;

import org.jspecify.annotations.NullMarked;
