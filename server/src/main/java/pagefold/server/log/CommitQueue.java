package pagefold.server.log;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The work that waits for a transaction, first come, first served, with limits. */
final class CommitQueue {
    /** Most pieces of work that may wait. */
    static final int MAX_WAITING = 65_536;
    /** Most bytes that may wait, beyond one piece of work. */
    static final long MAX_WAITING_BYTES = 256L << 20;
    /** Most pieces of work in one transaction. */
    static final int MAX_GROUP = 4096;
    /** Most bytes in one transaction, beyond one piece of work. */
    static final long MAX_GROUP_BYTES = 8L << 20;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Work<?>> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private boolean isClosed;

    /** What became of an offer. */
    enum Offer {
        ACCEPTED,
        FULL,
        CLOSED
    }

    Offer offer(Work<?> work) {
        lock.lock();
        try {
            if (isClosed) {
                return Offer.CLOSED;
            }
            if (waiting.size() >= MAX_WAITING
                    || !waiting.isEmpty() && waitingBytes + work.bytes() > MAX_WAITING_BYTES) {
                return Offer.FULL;
            }
            waiting.addLast(work);
            waitingBytes += work.bytes();
            changed.signal();
            return Offer.ACCEPTED;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for work and takes as much as goes into one transaction.
     *
     * @param nanos how long to wait at most
     * @return empty when there was nothing in that time, or the queue is closed and drained
     */
    List<Work<?>> takeGroup(long nanos) {
        lock.lock();
        try {
            long left = nanos;
            while (waiting.isEmpty() && !isClosed && left > 0) {
                left = awaitNanos(left);
            }
            List<Work<?>> group = new ArrayList<>(Math.min(waiting.size(), MAX_GROUP));
            long bytes = 0;
            while (!waiting.isEmpty()
                    && group.size() < MAX_GROUP
                    && (group.isEmpty() || bytes + waiting.getFirst().bytes() <= MAX_GROUP_BYTES)) {
                Work<?> work = waiting.removeFirst();
                bytes += work.bytes();
                group.add(work);
            }
            waitingBytes -= bytes;
            return group;
        } finally {
            lock.unlock();
        }
    }

    private long awaitNanos(long nanos) {
        try {
            return changed.awaitNanos(nanos);
        } catch (InterruptedException e) {
            // Nobody interrupts the thread that writes; if somebody did, there is nothing to be done about it.
            return nanos;
        }
    }

    /** Whether nothing comes any more. */
    boolean isDone() {
        lock.lock();
        try {
            return isClosed && waiting.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** How many pieces of work wait. */
    int waiting() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    /** How many bytes wait. */
    long waitingBytes() {
        lock.lock();
        try {
            return waitingBytes;
        } finally {
            lock.unlock();
        }
    }

    /** Refuses what comes later; what waits is still taken. */
    void close() {
        lock.lock();
        try {
            isClosed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
