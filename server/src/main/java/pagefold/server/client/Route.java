package pagefold.server.client;

import java.net.URI;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Which of several servers is asked. Any thread; those that share a route stay together. */
public final class Route {
    private final List<URI> servers;
    private final AtomicInteger current;

    /**
     * A route.
     *
     * @param servers at least one
     * @param first the place of the one that is asked first
     */
    public Route(List<URI> servers, int first) {
        this.servers = List.copyOf(servers);
        this.current = new AtomicInteger(Math.floorMod(first, servers.size()));
    }

    /** The one to ask now. */
    public URI server() {
        return servers.get(current.get());
    }

    /** How many there are. */
    public int size() {
        return servers.size();
    }

    /** Turns to the next one, unless somebody has done so since this one was asked. */
    public void leave(URI server) {
        int place = current.get();
        if (servers.get(place).equals(server)) {
            current.compareAndSet(place, (place + 1) % servers.size());
        }
    }
}
