/**
 * Hostile bytes for everything that reads some: Jazzer finds them (profile {@code fuzz}), and what it found is tried
 * again in every run, from {@code src/test/resources/pagefold/server/fuzz}.
 */
@NullMarked
package pagefold.server.fuzz;

import org.jspecify.annotations.NullMarked;
