package pagefold.server.cluster;

import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pagefold.server.space.Simulations;

/**
 * Hands over what other nodes are to have, some simulations at a time: each leaves an image, which takes a processor. Those
 * that somebody waits for are not among them: the next owner asks for them, and gets them at once.
 */
final class HandOvers {
    private static final Logger LOG = LoggerFactory.getLogger(HandOvers.class);
    private static final int MAX_UNDER_WAY = 8;

    private final Simulations simulations;
    private final Predicate<String> isMine;
    private final Set<String> underWay = new HashSet<>();

    HandOvers(Simulations simulations, Predicate<String> isMine) {
        this.simulations = simulations;
        this.isMine = isMine;
    }

    /** Looks at all that is open, and goes on until nothing of others is. Does not wait. */
    void reassess() {
        sendAway();
        for (String name : simulations.openNames()) {
            if (isMine.test(name)) {
                continue;
            }
            synchronized (underWay) {
                if (underWay.size() >= MAX_UNDER_WAY) {
                    return;
                }
                if (!underWay.add(name)) {
                    continue;
                }
            }
            LOG.debug("hands over {}", name);
            simulations.handOver(name).onComplete(done -> {
                boolean more;
                synchronized (underWay) {
                    more = underWay.size() >= MAX_UNDER_WAY;
                    underWay.remove(name);
                }
                if (more) {
                    reassess();
                }
            });
        }
    }

    /** Those who follow what is another's, and is not open here, would hear nothing; what is open is handed over first. */
    private void sendAway() {
        Set<String> followed = simulations.followed();
        if (followed.isEmpty()) {
            return;
        }
        Set<String> open = Set.copyOf(simulations.openNames());
        for (String name : followed) {
            if (!open.contains(name) && !isMine.test(name)) {
                LOG.debug("sends away those who follow {}", name);
                simulations.handOver(name);
            }
        }
    }
}
