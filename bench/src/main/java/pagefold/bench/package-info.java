/**
 * JMH benchmarks of the engine.
 *
 * <dl>
 *   <dt>page<dd>a leaf of 4K; figures for map and unmap are nanoseconds a page
 *   <dt>probe<dd>an address to translate, prepared before the clock runs
 * </dl>
 */
@NullMarked
package pagefold.bench;

import org.jspecify.annotations.NullMarked;
