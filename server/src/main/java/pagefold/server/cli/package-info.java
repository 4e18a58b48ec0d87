/** The command line: server and client verbs. */
@NullMarked
package pagefold.server.cli;

import org.jspecify.annotations.NullMarked;
