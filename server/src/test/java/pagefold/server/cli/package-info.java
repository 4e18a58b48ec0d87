/** Tests of the command line. */
@NullMarked
package pagefold.server.cli;

import org.jspecify.annotations.NullMarked;
