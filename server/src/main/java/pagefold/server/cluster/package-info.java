/**
 * Several servers over one log: who there is, and who is to have which simulation open.
 *
 * <dl>
 *   <dt>node</dt>
 *   <dd>a server of the cluster, by an id that it has until it ends
 *   <dt>preferred</dt>
 *   <dd>the node that is to have a simulation open: whose member has Hazelcast's partition of the simulation's name. A
 *       hint; whose a simulation is, is the epoch in the log alone
 *   <dt>hand-over</dt>
 *   <dd>a node answers what it took of a simulation, leaves an image, and closes it, before the next one opens it
 *   <dt>image</dt>
 *   <dd>a state as bytes in memory, with its epoch and position; all of them can be made from the log again
 * </dl>
 */
@NullMarked
package pagefold.server.cluster;

import org.jspecify.annotations.NullMarked;
