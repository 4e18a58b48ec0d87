/** The arm64 architecture plugin. */
@NullMarked
package pagefold.arm64;

import org.jspecify.annotations.NullMarked;
