/**
 * Finds architecture plugins in their jars, keeps each in a class loader of its own, and lets go of it again.
 *
 * <dl>
 *   <dt>jar<dd>the bytes of one plugin archive, read once; its digest is what the log can name
 *   <dt>loader<dd>the class loader of one jar; sees the platform, the host's SPI packages and its jar, nothing else
 *   <dt>unload<dd>the host forgets a plugin; its classes go as soon as the last model of it is gone
 * </dl>
 */
@NullMarked
package pagefold.host;

import org.jspecify.annotations.NullMarked;
