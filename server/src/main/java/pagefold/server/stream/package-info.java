/**
 * Events as they happen, for many readers of one history.
 *
 * <dl>
 *   <dt>feed<dd>what all subscribers of one simulation share: it reads and encodes what is new once, for all
 *   <dt>subscription<dd>one client's way through the history: first from the log, at the client's own pace, then live
 *   <dt>chunk<dd>some events that follow each other, encoded
 *   <dt>resync<dd>the end of a subscription whose client is too slow for what happens: it says where to read on
 * </dl>
 */
@NullMarked
package pagefold.server.stream;

import org.jspecify.annotations.NullMarked;
