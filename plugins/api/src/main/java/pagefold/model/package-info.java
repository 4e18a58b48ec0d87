/** The neutral domain: simulations, address spaces, regions, commands and events. */
@NullMarked
package pagefold.model;

import org.jspecify.annotations.NullMarked;
