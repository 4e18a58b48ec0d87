package pagefold.server.log;

import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import pagefold.model.MemoryEvent;
import pagefold.server.log.NewBatch.Unit;

/**
 * The process that {@link CrashContract} kills: owners of several simulations append without end, and each acknowledgement
 * becomes a line on the standard output. Arguments: data directory, seed; the environment may name a database.
 */
final class CrashWriter {
    static final int SIMULATIONS = 8;

    private CrashWriter() {}

    /** The one text that may stand at a position, so that the parent knows what it must find. */
    static String text(String simulation, long position, String commandId) {
        return simulation + " " + position + " " + commandId;
    }

    /** The digest that goes with a command id. */
    static String digest(String commandId) {
        return "%064x".formatted(commandId.hashCode() & 0xffff_ffffL);
    }

    public static void main(String[] args) throws InterruptedException {
        long seed = Long.parseLong(args[1]);
        try (EventLog log = EventLog.open(PostgresServer.location(Path.of(args[0])), Clock.systemUTC())) {
            System.out.println("open;");
            List<Thread> owners = new ArrayList<>();
            for (int i = 0; i < SIMULATIONS; i++) {
                String simulation = "s" + i;
                RandomGenerator random = new SplittableRandom(seed + i);
                owners.add(Thread.ofVirtual().start(() -> own(log, simulation, random)));
            }
            for (Thread owner : owners) {
                owner.join();
            }
        }
        // Owners do not end; one that failed has said so.
        System.exit(1);
    }

    private static void own(EventLog log, String simulation, RandomGenerator random) {
        try {
            log.create(simulation);
            LoggedSimulation mine = log.takeOwnership(simulation);
            long head = mine.head();
            while (true) {
                NewBatch batch = batch(simulation, mine.epoch(), head, random);
                AppendResult result =
                        log.append(simulation, mine.epoch(), head, batch).join();
                if (!(result instanceof AppendResult.Appended(long first, long last, long time))) {
                    throw new IllegalStateException("expected to append, but " + result);
                }
                System.out.println("ack " + simulation + " " + first + " " + last + " "
                        + batch.units().getFirst().commandId() + ";");
                head = last;
            }
        } catch (RuntimeException e) {
            System.out.println("failed " + e + ";");
        }
    }

    private static NewBatch batch(String simulation, long epoch, long head, RandomGenerator random) {
        String commandId = epoch + "-" + head;
        int size = random.nextInt(8) == 0 ? 1 + random.nextInt(500) : 1 + random.nextInt(4);
        List<MemoryEvent> events = new ArrayList<>();
        for (long position = head + 1; position <= head + size; position++) {
            events.add(new MemoryEvent.Annotated(null, text(simulation, position, commandId)));
        }
        return new NewBatch(List.of(new Unit(events, commandId, digest(commandId), null, null, null)));
    }
}
