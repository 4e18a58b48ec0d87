/** Tests of the checker: against an oracle that tries every order. */
@NullMarked
package pagefold.server.linearizability;

import org.jspecify.annotations.NullMarked;
