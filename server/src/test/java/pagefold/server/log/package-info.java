/** Tests of the event log; {@link pagefold.server.log.EventLogContract} is for every database. */
@NullMarked
package pagefold.server.log;

import org.jspecify.annotations.NullMarked;
