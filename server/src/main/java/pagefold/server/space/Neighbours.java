package pagefold.server.space;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import pagefold.host.LoadedPlugin;
import pagefold.server.replay.Images;

/**
 * The other servers that share the log, as a server's simulations see them.
 *
 * <p>Nothing that must be right rests on them: whose a simulation is, is the epoch in the log alone.
 */
public interface Neighbours {

    /** Of a server that is alone. */
    Neighbours NONE = new Neighbours() {
        @Override
        public boolean isMine(String simulation) {
            return true;
        }

        @Override
        public void takeFromOthers(String simulation) {}

        @Override
        public void opened(String simulation, long epoch) {}

        @Override
        public void closed(String simulation) {}

        @Override
        public CompletableFuture<Lacking> lacking(LoadedPlugin plugin) {
            return CompletableFuture.completedFuture(new Lacking(List.of(), List.of()));
        }

        @Override
        public Images images() {
            return Images.NONE;
        }
    };

    /** Whether this server is the one that should have a simulation open. Does not wait. */
    boolean isMine(String simulation);

    /** Has another server that has a simulation open answer what it took, and close it. Waits, for some seconds. */
    void takeFromOthers(String simulation);

    /** Makes known that a simulation is open here, under an epoch. Does not wait. */
    void opened(String simulation, long epoch);

    /** Makes known that a simulation is not open here any more. Does not wait. */
    void closed(String simulation);

    /**
     * Servers that are not known to have a plugin with the same digest, by name.
     *
     * @param without those that say that they do not have it
     * @param silent those that do not say anything in time
     */
    record Lacking(List<String> without, List<String> silent) {}

    /** Which servers are not known to have a plugin with the same digest. */
    CompletableFuture<Lacking> lacking(LoadedPlugin plugin);

    /** What servers keep in memory for each other. */
    Images images();
}
