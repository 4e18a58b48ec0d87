/**
 * Questions to a whole history: where the words and regions of today come from, and when something began.
 *
 * <dl>
 *   <dt>origin<dd>for every word that a walk reads, the event that wrote it last
 *   <dt>lineage<dd>the events that made the region at an address what it is, across moves and forks
 * </dl>
 */
@NullMarked
package pagefold.server.history;

import org.jspecify.annotations.NullMarked;
