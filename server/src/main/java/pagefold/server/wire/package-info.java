/**
 * The JSON of events and commands, one form for the log, the interface over HTTP and the command line.
 *
 * <p>Types are in kebab case ({@code map-range}, {@code range-mapped}); addresses and sizes are strings with {@code 0x}
 * and hexadecimal digits, 16 of them when written; everything not foreseen is refused with its path.
 */
@NullMarked
package pagefold.server.wire;

import org.jspecify.annotations.NullMarked;
