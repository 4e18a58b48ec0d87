/**
 * The arm32 plugin: VMSAv8-32 tables.
 *
 * <dl>
 *   <dt>short descriptors<dd>words of 32 bits, tables at L1 and L2, access control by domains (Arm ARM G5.4)
 *   <dt>LPAE<dd>words of 64 bits, tables at L1 to L3, physical addresses of 40 bits (Arm ARM G5.5)
 *   <dt>section, supersection<dd>leaves of 1M and 16M at L1 of short descriptors
 * </dl>
 */
@NullMarked
package pagefold.arm32;

import org.jspecify.annotations.NullMarked;
