/** What an architecture plugin implements. */
@NullMarked
package pagefold.spi;

import org.jspecify.annotations.NullMarked;
