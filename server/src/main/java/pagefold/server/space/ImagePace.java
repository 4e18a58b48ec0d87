package pagefold.server.space;

import java.util.concurrent.TimeUnit;
import pagefold.server.replay.Images;
import pagefold.server.replay.Projection;
import pagefold.server.replay.Snapshots;

/**
 * When the images of one simulation are made: at intervals while events come, and when it is closed.
 *
 * <p>The model's thread makes them; the writer says under which epoch. An image that takes long to make comes seldom:
 * at most one part in {@value #SHARE} of the time goes into them.
 */
final class ImagePace {
    private static final long LEAST_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final int SHARE = 50;

    private final Images images;
    private final Snapshots snapshots;
    private final String name;
    private volatile Images.Origin origin = new Images.Origin(0, 0);
    private long position;
    private long due = System.nanoTime() + LEAST_NANOS;

    ImagePace(Images images, Snapshots snapshots, String name) {
        this.images = images;
        this.snapshots = snapshots;
        this.name = name;
    }

    /** From now on images are of this ownership; of none with the epoch 0. */
    void own(long id, long epoch) {
        origin = new Images.Origin(id, epoch);
    }

    /** The epoch of the ownership; 0 while the simulation is not owned. Any thread. */
    long epoch() {
        return origin.epoch();
    }

    /** Makes an image if one is due. */
    void offer(Projection projection) {
        if (images.areKept() && System.nanoTime() - due >= 0) {
            keep(projection);
        }
    }

    /** Makes an image unless there is one of that position. */
    void keep(Projection projection) {
        Images.Origin owned = origin;
        if (!images.areKept() || owned.epoch() == 0 || projection.position() == position) {
            return;
        }
        long began = System.nanoTime();
        snapshots.keepImage(name, owned, projection);
        position = projection.position();
        due = System.nanoTime() + Math.max(LEAST_NANOS, SHARE * (System.nanoTime() - began));
    }
}
