/**
 * One history under several plugins and profiles: what each costs, what it cannot hold, and where two of them differ.
 *
 * <dl>
 *   <dt>candidate<dd>a plugin and a profile that the history is tried with
 *   <dt>exactly<dd>without rounding anything; where that does not go, the figures are those of {@code coarsen: widen}
 *   <dt>left out<dd>an event that cannot be held even so; the figures are those of the history without it
 *   <dt>TLB reach<dd>the bytes that a full TLB can translate at most: those of the largest leaves and contiguous runs
 * </dl>
 */
@NullMarked
package pagefold.server.compare;

import org.jspecify.annotations.NullMarked;
