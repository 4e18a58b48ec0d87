/**
 * The plugins of a running server: which there are, who uses them, and how they come and go.
 *
 * <dl>
 *   <dt>plugins directory<dd>jars with their detached signatures ({@code NAME.jar.sig}), loaded at start
 *   <dt>usage<dd>which simulations have a plugin selected, and which of their events need a capability
 *   <dt>retire<dd>refuse new selections, wait for those under way, and let go of the classes
 * </dl>
 */
@NullMarked
package pagefold.server.plugins;

import org.jspecify.annotations.NullMarked;
