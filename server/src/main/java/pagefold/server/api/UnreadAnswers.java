package pagefold.server.api;

import io.vertx.core.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import pagefold.server.replay.Trouble;

/**
 * The memory of large answers that their clients have not read to the end. Whoever asks for large ones and reads slowly
 * would otherwise take the memory that others need to write.
 */
final class UnreadAnswers {
    /** Most bytes of them together; one alone may be larger. */
    static final int MAX_BYTES = 128 << 20;

    /** What the system has room for by itself, in bytes. */
    private static final int SMALL_BYTES = 64 << 10;
    /** One for all servers of the process, as the memory is. */
    private static final AtomicLong WAITING = new AtomicLong();

    private UnreadAnswers() {}

    /** Makes room for an answer of this many bytes; a problem when there is none. */
    static @Nullable Problem admit(int bytes) {
        if (bytes <= SMALL_BYTES) {
            return null;
        }
        long waiting = WAITING.getAndAdd(bytes);
        if (waiting == 0 || waiting + bytes <= MAX_BYTES) {
            return null;
        }
        WAITING.addAndGet(-bytes);
        return Problems.of(new Trouble.Busy("bytes of answers that clients are reading", MAX_BYTES, waiting));
    }

    /** Takes the room back when an answer that was admitted is sent, or its client is gone. */
    static void release(int bytes, Future<Void> sent) {
        if (bytes > SMALL_BYTES) {
            sent.onComplete(done -> WAITING.addAndGet(-bytes));
        }
    }
}
