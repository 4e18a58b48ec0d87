/**
 * Text of other tools into commands: pure, without files or HTTP.
 *
 * <dl>
 *   <dt>trace<dd>the output of strace
 *   <dt>task<dd>what strace calls a process: a thread with a pid of its own
 *   <dt>notice<dd>a line that is no system call: a signal, an attach, an exit
 *   <dt>skipped<dd>a system call that changes no mapping, or in a way that cannot be seen; counted by name
 *   <dt>reconstructed<dd>memory that the trace never showed being mapped, but whose mapping a successful call proves
 *   <dt>malformed<dd>a line that cannot be what the tool writes
 * </dl>
 */
@NullMarked
package pagefold.server.importer;

import org.jspecify.annotations.NullMarked;
