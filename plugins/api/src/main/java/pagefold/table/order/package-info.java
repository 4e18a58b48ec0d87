/** Judges the order in which the words of tables are written. */
@NullMarked
package pagefold.table.order;

import org.jspecify.annotations.NullMarked;
