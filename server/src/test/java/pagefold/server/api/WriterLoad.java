package pagefold.server.api;

import static pagefold.server.api.TestServer.createSpace;
import static pagefold.server.api.TestServer.map;
import static pagefold.server.api.TestServer.unmap;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Writers that each map and unmap in a space of their own, one request after the other, until they are told to end. */
final class WriterLoad implements AutoCloseable {
    private static final int PAGES = 64;

    private final TestServer server;
    private final String simulation;
    private final AtomicBoolean ending = new AtomicBoolean();
    private final LongAdder acknowledged = new LongAdder();
    private final AtomicLong longestNanos = new AtomicLong();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private final CountDownLatch working;

    private WriterLoad(TestServer server, String simulation, int writers) {
        this.server = server;
        this.simulation = simulation;
        this.working = new CountDownLatch(writers);
    }

    /** Starts writers, and returns when each has written. */
    static WriterLoad start(TestServer server, String simulation, int writers) throws InterruptedException {
        WriterLoad load = new WriterLoad(server, simulation, writers);
        for (int i = 0; i < writers; i++) {
            String space = "w" + i;
            load.threads.add(Thread.ofVirtual().start(() -> load.write(space)));
        }
        load.working.await();
        return load;
    }

    private void write(String space) {
        try {
            send(createSpace(space));
            working.countDown();
            for (long i = 0; !ending.get(); i++) {
                long address = 0x1000_0000 + i % PAGES * 0x2000;
                send(map(space, address, 0x1000).replace("\"attributes\":", "\"replace\":true,\"attributes\":"));
                if (i % 3 != 0) {
                    send(unmap(space, address, 0x1000));
                }
            }
        } catch (UncheckedIOException e) {
            failures.add(e.toString());
            working.countDown();
        }
    }

    private void send(String command) {
        try {
            long start = System.nanoTime();
            TestServer.Reply reply = server.command(simulation, command);
            longestNanos.accumulateAndGet(System.nanoTime() - start, Math::max);
            if (reply.status() == 201) {
                acknowledged.increment();
            } else {
                failures.add(command + " -> " + reply.text());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        finish();
    }

    /** How many commands were acknowledged. */
    long acknowledged() {
        return acknowledged.sum();
    }

    /** The longest time between a request and its answer since the last call, in milliseconds. */
    double takeLongestMillis() {
        return longestNanos.getAndSet(0) / 1e6;
    }

    /** Requests that were not acknowledged. */
    List<String> failures() {
        return List.copyOf(failures);
    }

    /** Tells the writers to end and waits for them. */
    void finish() {
        ending.set(true);
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
