/**
 * What the documentation says, held against the code.
 *
 * <dl>
 *   <dt>block<dd>what stands between two lines of three backquotes; its label follows the first of them
 *   <dt>row<dd>a line of a table, without its head
 * </dl>
 */
@NullMarked
package pagefold.server.docs;

import org.jspecify.annotations.NullMarked;
