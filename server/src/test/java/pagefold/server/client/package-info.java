@NullMarked
package pagefold.server.client;

import org.jspecify.annotations.NullMarked;
