package pagefold.server.ops;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import pagefold.server.replay.Reading;
import pagefold.server.space.Simulations;

/**
 * How much the tables of the open models take. To count them a model visits all of its tables, so it is asked only when
 * its simulation has moved on, and not more often than every {@value #PAUSE_SECONDS} seconds.
 */
public final class ModelMemory {
    private static final int PAUSE_SECONDS = 10;

    private final Simulations simulations;
    private Map<String, Long> bytes = Map.of();
    private long measuredAt = System.nanoTime() - TimeUnit.SECONDS.toNanos(PAUSE_SECONDS);

    /** Of some simulations. */
    public ModelMemory(Simulations simulations) {
        this.simulations = simulations;
    }

    /** Bytes of tables when they were last measured. */
    public synchronized long bytes() {
        return bytes.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Bytes of tables of one simulation when they were last measured; 0 when it was not open. */
    public synchronized long bytes(String simulation) {
        return bytes.getOrDefault(simulation, 0L);
    }

    /** Measures all that is open, unless that was done a moment ago. */
    public Future<Void> measure() {
        synchronized (this) {
            long now = System.nanoTime();
            if (now - measuredAt < TimeUnit.SECONDS.toNanos(PAUSE_SECONDS)) {
                return Future.succeededFuture();
            }
            measuredAt = now;
        }
        Map<String, Long> found = new HashMap<>();
        List<Future<?>> all = new ArrayList<>();
        for (String name : simulations.openNames()) {
            all.add(simulations
                    .peek(name, projection -> projection.model().statistics().tableBytes())
                    .onSuccess(reading -> {
                        @Nullable
                        Long measured = reading instanceof Reading.Answered<Long>(long at, Long sum) ? sum : null;
                        if (measured != null) {
                            synchronized (found) {
                                found.put(name, measured);
                            }
                        }
                    }));
        }
        return Future.join(all).otherwiseEmpty().map(done -> {
            synchronized (this) {
                synchronized (found) {
                    bytes = Map.copyOf(found);
                }
            }
            return null;
        });
    }
}
