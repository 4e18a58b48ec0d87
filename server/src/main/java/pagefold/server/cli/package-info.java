/**
 * The command line: server and client verbs. Only {@code serve} and {@code demo} touch the server's classes, so that
 * the others start quickly.
 *
 * <dl>
 *   <dt>verb<dd>the first words of a command, as in {@code import strace}
 *   <dt>data, talk<dd>what was asked for, on stdout; everything else, on stderr
 *   <dt>exit code<dd>0 done, 1 the answer is no, 2 wrong usage, 3 rejected by the server, 4 unreachable, 70 a bug
 * </dl>
 */
@NullMarked
package pagefold.server.cli;

import org.jspecify.annotations.NullMarked;
