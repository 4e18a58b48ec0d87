/** Tests of the importers. */
@NullMarked
package pagefold.server.importer;

import org.jspecify.annotations.NullMarked;
