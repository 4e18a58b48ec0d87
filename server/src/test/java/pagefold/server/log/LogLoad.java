package pagefold.server.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import pagefold.model.MemoryEvent;
import pagefold.server.wire.RandomModel;

/** Measures durable appends and reads; arguments: a directory to make (which must not exist); the environment may
 * name a database instead. */
final class LogLoad {
    private static final int BULK_EVENTS = 1_000_000;
    private static final int SINGLES = 200_000;
    private static final int SIMULATIONS = 64;

    private LogLoad() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Path directory = Path.of(args[0]);
        if (Files.exists(directory)) {
            throw new IllegalArgumentException("expected a directory that does not exist, but " + directory + " does");
        }
        RandomModel model = new RandomModel(new SplittableRandom(1));
        List<MemoryEvent> events = new ArrayList<>(BULK_EVENTS);
        for (int i = 0; i < BULK_EVENTS; i++) {
            events.add(model.ordinaryEvent(i));
        }
        try (EventLog log = EventLog.open(PostgresServer.location(directory), Clock.systemUTC())) {
            for (int size : new int[] {1000, 1000, 4000}) {
                bulk(log, events, size, 1);
                bulk(log, events, size, 8);
            }
            for (int round = 0; round < 3; round++) {
                singles(log, events);
            }
            for (int round = 0; round < 3; round++) {
                read(log);
            }
        }
    }

    /** One simulation; {@code ahead} batches are under way at a time. */
    private static void bulk(EventLog log, List<MemoryEvent> events, int size, int ahead) {
        String name = "bulk-" + size;
        log.delete(name, null);
        log.create(name);
        long epoch = log.takeOwnership(name).epoch();
        long start = System.nanoTime();
        List<CompletableFuture<AppendResult>> waiting = new ArrayList<>();
        for (int i = 0; i < events.size(); i += size) {
            waiting.add(log.append(
                    name, epoch, i, new NewBatch(List.of(NewBatch.Unit.of(events.subList(i, i + size))))));
            if (waiting.size() >= ahead) {
                expectAppended(waiting.removeFirst().join());
            }
        }
        waiting.forEach(result -> expectAppended(result.join()));
        System.out.printf(
                "batches of %d, %d under way: %,.0f events/s%n",
                size, ahead, events.size() * 1e9 / (System.nanoTime() - start));
    }

    /** Many simulations, one event an append, each waiting for its last one. */
    private static void singles(EventLog log, List<MemoryEvent> events) throws InterruptedException {
        List<Thread> owners = new ArrayList<>();
        List<Long> epochs = new ArrayList<>();
        for (int i = 0; i < SIMULATIONS; i++) {
            log.delete("single-" + i, null);
            log.create("single-" + i);
            epochs.add(log.takeOwnership("single-" + i).epoch());
        }
        long start = System.nanoTime();
        for (int i = 0; i < SIMULATIONS; i++) {
            String name = "single-" + i;
            long epoch = epochs.get(i);
            owners.add(Thread.ofVirtual().start(() -> {
                for (int head = 0; head < SINGLES / SIMULATIONS; head++) {
                    expectAppended(log.append(name, epoch, head, NewBatch.of(events.get(head)))
                            .join());
                }
            }));
        }
        for (Thread owner : owners) {
            owner.join();
        }
        System.out.printf(
                "single events of %d simulations: %,.0f appends/s%n",
                SIMULATIONS, SINGLES * 1e9 / (System.nanoTime() - start));
    }

    private static void read(EventLog log) {
        long start = System.nanoTime();
        long[] read = new long[1];
        log.read("bulk-1000", 1, event -> {
            read[0] = event.position();
            return true;
        });
        System.out.printf("read: %,.0f events/s%n", read[0] * 1e9 / (System.nanoTime() - start));
    }

    private static void expectAppended(AppendResult result) {
        if (!(result instanceof AppendResult.Appended)) {
            throw new IllegalStateException("expected the batch to be appended, but " + result);
        }
    }
}
