/**
 * What an architecture plugin implements and the host calls. A plugin needs nothing else from the host.
 *
 * <dl>
 *   <dt>plugin<dd>one architecture in one version
 *   <dt>profile<dd>a named, complete configuration of a plugin
 *   <dt>capability<dd>something a profile declares that it can do
 *   <dt>capture<dd>registers and memory of a machine, taken from outside
 * </dl>
 */
@NullMarked
package pagefold.spi;

import org.jspecify.annotations.NullMarked;
