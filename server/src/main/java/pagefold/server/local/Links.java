package pagefold.server.local;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Which ways from one node to another are cut; who wants to go there waits. */
final class Links {
    private final Set<Link> cut = new HashSet<>();
    private boolean isClosed;

    /** The way from one node to another, by their numbers. */
    record Link(int from, int to) {
        Link back() {
            return new Link(to, from);
        }
    }

    synchronized void cut(Link link) {
        cut.add(link);
    }

    synchronized void mend(Link link) {
        cut.remove(link);
        notifyAll();
    }

    /**
     * Waits until none of them is cut.
     *
     * @throws IOException when this ends meanwhile
     */
    synchronized void await(Link... links) throws IOException {
        List<Link> wanted = List.of(links);
        while (!isClosed && wanted.stream().anyMatch(cut::contains)) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while a link was cut", e);
            }
        }
        if (isClosed) {
            throw new IOException("the network has ended");
        }
    }

    /** Whoever waits, waits no longer. */
    synchronized void close() {
        isClosed = true;
        notifyAll();
    }
}
