package pagefold.server.cluster;

import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.map.IMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pagefold.server.log.Snapshot;
import pagefold.server.replay.Images;

/** Images in the memory of the members, each with a backup on another one. */
final class ImageMap implements Images {
    private static final Logger LOG = LoggerFactory.getLogger(ImageMap.class);
    private static final long WAIT_MILLIS = 1000;
    /** Most images on their way at one time; more are left out. */
    private static final int MAX_UNDER_WAY = 16;

    private final IMap<String, byte[]> map;
    private final Semaphore underWay = new Semaphore(MAX_UNDER_WAY);
    private final LongAdder kept = new LongAdder();
    private final LongAdder used = new LongAdder();

    ImageMap(IMap<String, byte[]> map) {
        this.map = map;
    }

    @Override
    public @Nullable Snapshot find(String simulation, long id) {
        try {
            byte @Nullable [] found =
                    map.getAsync(simulation).toCompletableFuture().get(WAIT_MILLIS, TimeUnit.MILLISECONDS);
            if (found == null || ImageBytes.origin(found).id() != id) {
                return null;
            }
            used.increment();
            return ImageBytes.image(found);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } catch (ExecutionException | TimeoutException | HazelcastException | HazelcastInstanceNotActiveException e) {
            LOG.warn("no image of {}: {}", simulation, e.toString());
            return null;
        }
    }

    @Override
    public void keep(String simulation, Origin origin, Snapshot image) {
        if (!underWay.tryAcquire()) {
            return;
        }
        try {
            map.submitToKey(simulation, new KeepImage(ImageBytes.of(origin, image)))
                    .whenComplete((keeps, failure) -> {
                        underWay.release();
                        if (failure != null) {
                            LOG.warn("the image of {} was not kept: {}", simulation, failure.toString());
                        } else {
                            kept.increment();
                        }
                    });
        } catch (HazelcastException | HazelcastInstanceNotActiveException e) {
            underWay.release();
            LOG.warn("the image of {} was not kept: {}", simulation, e.toString());
        }
    }

    @Override
    public void forget(String simulation) {
        try {
            map.deleteAsync(simulation);
        } catch (HazelcastException | HazelcastInstanceNotActiveException e) {
            LOG.warn("the image of {} was not dropped: {}", simulation, e.toString());
        }
    }

    @Override
    public boolean areKept() {
        return true;
    }

    /** What the images of some simulations are of. Waits. */
    Map<String, byte[]> headers(Set<String> simulations) {
        Map<String, byte[]> headers = new HashMap<>();
        map.executeOnKeys(simulations, new ReadHeader()).forEach((name, header) -> {
            if (header != null) {
                headers.put(name, header);
            }
        });
        return headers;
    }

    /** How many images were kept. */
    long kept() {
        return kept.sum();
    }

    /** How many bytes of them this member has; 0 when it is about to end. */
    long bytes() {
        try {
            return map.getLocalMapStats().getHeapCost();
        } catch (HazelcastException | HazelcastInstanceNotActiveException e) {
            return 0;
        }
    }

    /** How many were found. */
    long used() {
        return used.sum();
    }
}
