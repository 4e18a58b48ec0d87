/** The table engine: formats, algorithms over any format, and policies. */
@NullMarked
package pagefold.table;

import org.jspecify.annotations.NullMarked;
