package pagefold.server.client;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * When one request is sent again, and after what time. It begins when the request is first sent.
 *
 * <p>An answer with {@code Retry-After} (429, 503, 504) and a connection that is lost are reasons. A request that changes
 * something must carry an {@code Idempotency-Key} to be repeated: what became of the first one is not known.
 */
public final class Retries {
    /** Longest wait that a server can ask for, in seconds; one that asks for more is asked again after that. */
    public static final int MAX_RETRY_AFTER_SECONDS = 10;

    private static final Set<Integer> PASSING = Set.of(429, 503, 504);
    private static final long FIRST_PAUSE_MILLIS = 50;
    private static final long MAX_PAUSE_MILLIS = 1000;

    private final long endNanos;
    private final int servers;
    private int attempts;

    /**
     * The first attempt is about to begin.
     *
     * @param patienceMillis how long after that another one may begin; 0 for never
     * @param servers how many there are to ask; each is asked once before there is a pause
     */
    public Retries(long patienceMillis, int servers) {
        this.endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patienceMillis);
        this.servers = servers;
    }

    /**
     * Whether an answer says that the same request may be answered otherwise later.
     *
     * @param retryAfter what it has of that header
     */
    public static boolean isPassing(int status, Optional<String> retryAfter) {
        return PASSING.contains(status) && retryAfter.isPresent();
    }

    /** How often it was sent, besides the attempt that is under way. */
    public int attempts() {
        return attempts;
    }

    /**
     * How long to wait before the next attempt, after one has failed.
     *
     * @param retryAfter what the answer had of that header, in seconds; another form of it is not looked at
     * @return milliseconds, 0 or more; empty when there is to be no other attempt
     */
    public OptionalLong pause(Optional<String> retryAfter) {
        long millis = retryAfter
                .filter(text -> text.matches("[0-9]{1,9}"))
                .map(text -> 1000L * Math.min(MAX_RETRY_AFTER_SECONDS, Long.parseLong(text)))
                .orElseGet(this::pauseMillis);
        attempts++;
        boolean isOver = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis) - endNanos >= 0;
        return isOver ? OptionalLong.empty() : OptionalLong.of(millis);
    }

    private long pauseMillis() {
        int rounds = (attempts + 1) / servers;
        return rounds == 0 ? 0 : Math.min(MAX_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(rounds - 1, 10));
    }
}
