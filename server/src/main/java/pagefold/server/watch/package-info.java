/**
 * Keeps plugins that fail or do not return from holding up anything else.
 *
 * <p>Java cannot stop a thread. So plugins run on threads of their own, a watchdog looks at them, and a thread whose
 * plugin does not return is given up: its work fails, another thread takes its place, and what the plugin did there is
 * written down, so that nobody goes the same way again.
 *
 * <dl>
 *   <dt>call<dd>one entry into a plugin: a check, an event to apply, a question
 *   <dt>give up<dd>not to wait for a thread any more; it gets the least of the processors, and if its plugin ever returns,
 *       it ends
 *   <dt>quarantine<dd>the bindings, each of one simulation, that are not used any more, and why
 * </dl>
 */
@NullMarked
package pagefold.server.watch;

import org.jspecify.annotations.NullMarked;
