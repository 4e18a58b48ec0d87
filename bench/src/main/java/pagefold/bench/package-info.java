/** JMH benchmarks of the engine. */
@NullMarked
package pagefold.bench;

import org.jspecify.annotations.NullMarked;
