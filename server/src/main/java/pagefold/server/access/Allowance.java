package pagefold.server.access;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * So much a second for each user, and up to a second's worth at one time. One that is not refused may take more than is
 * left, and then waits until that is made up for: a batch larger than a second's worth must be possible. Any thread.
 */
public final class Allowance {
    private static final int MAX_USERS = 65_536;

    private final int perSecond;
    private final LongSupplier nanoTime;
    private final Map<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > MAX_USERS;
        }
    };

    private static final class Bucket {
        private double left;
        private long since;

        Bucket(double left, long since) {
            this.left = left;
            this.since = since;
        }
    }

    /** An allowance; 0 a second is as much as anyone wants. */
    public Allowance(int perSecond, LongSupplier nanoTime) {
        this.perSecond = perSecond;
        this.nanoTime = nanoTime;
    }

    /** How much there is in a second. */
    public int perSecond() {
        return perSecond;
    }

    /**
     * Takes some for a user.
     *
     * @return 0 when it was taken; else how many seconds to wait, at least 1, and nothing was taken
     */
    public long take(String user, int amount) {
        if (perSecond == 0) {
            return 0;
        }
        long now = nanoTime.getAsLong();
        synchronized (buckets) {
            Bucket bucket = buckets.computeIfAbsent(user, name -> new Bucket(perSecond, now));
            double earned = perSecond * ((now - bucket.since) / (double) TimeUnit.SECONDS.toNanos(1));
            bucket.left = Math.min(perSecond, bucket.left + earned);
            bucket.since = now;
            if (bucket.left <= 0) {
                return Math.max(1, (long) Math.ceil(-bucket.left / perSecond));
            }
            bucket.left -= amount;
            return 0;
        }
    }
}
