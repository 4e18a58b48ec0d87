package pagefold.server.cluster;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import pagefold.server.replay.Projection;
import pagefold.server.replay.Reading;
import pagefold.server.space.Simulations;

/** The hashes of the tables of simulations that are open here. */
final class Hashes {
    private Hashes() {}

    /** The hashes of those among some that are open, and not too large. */
    static Future<Map<String, Cluster.Hash>> of(Simulations simulations, Set<String> names, Set<String> open) {
        Map<String, Cluster.Hash> found = new HashMap<>();
        List<Future<?>> asked = new ArrayList<>();
        for (String name : names) {
            if (open.contains(name)) {
                asked.add(simulations.peek(name, Hashes::hash).onSuccess(reading -> {
                    if (reading instanceof Reading.Answered<String>(long position, String hash) && !hash.isEmpty()) {
                        synchronized (found) {
                            found.put(name, new Cluster.Hash(position, hash));
                        }
                    }
                }));
            }
        }
        return Future.join(asked).transform(done -> {
            synchronized (found) {
                return Future.succeededFuture(Map.copyOf(found));
            }
        });
    }

    private static String hash(Projection projection) {
        return projection.model().statistics().tableBytes() > Cluster.MAX_HASHED_BYTES ? "" : projection.imageHash();
    }
}
