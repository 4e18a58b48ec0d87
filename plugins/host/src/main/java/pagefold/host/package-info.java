/** Discovery, isolation and swap of architecture plugins. */
@NullMarked
package pagefold.host;

import org.jspecify.annotations.NullMarked;
