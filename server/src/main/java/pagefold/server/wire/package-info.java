/**
 * The JSON of events and commands, one form for the log, the interface over HTTP and the command line.
 *
 * <p>Types are in kebab case ({@code map-range}, {@code range-mapped}); addresses and sizes are strings with {@code 0x}
 * and hexadecimal digits, 16 of them when written; everything not foreseen is refused with its path.
 *
 * <dl>
 *   <dt>document<dd>one JSON value and nothing behind it
 *   <dt>form<dd>the fields of one type, required and optional
 *   <dt>word<dd>a value of an enumeration, as in {@code copy-on-write}
 *   <dt>schema version<dd>the number of an event's form; a new form gets the next one, old ones stay readable
 * </dl>
 */
@NullMarked
package pagefold.server.wire;

import org.jspecify.annotations.NullMarked;
