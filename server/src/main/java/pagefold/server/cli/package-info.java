/**
 * The command line: server and client verbs.
 *
 * <dl>
 *   <dt>verb<dd>the first words of a command, as in {@code import strace}
 *   <dt>data, talk<dd>what was asked for, on stdout; everything else, on stderr
 *   <dt>exit code<dd>0 done, 1 the answer is no, 2 wrong usage, 3 rejected by the server, 4 unreachable
 * </dl>
 */
@NullMarked
package pagefold.server.cli;

import org.jspecify.annotations.NullMarked;
