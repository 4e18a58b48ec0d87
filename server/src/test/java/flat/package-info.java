/** A plugin for tests of the server, which needs nothing of the host: one flat list of leaves instead of tables. */
@NullMarked
package flat;

import org.jspecify.annotations.NullMarked;
