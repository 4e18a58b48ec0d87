package pagefold.server.replay;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;
import pagefold.host.PluginHost;
import pagefold.server.log.EventLog;
import pagefold.server.log.LoggedSimulation;

/**
 * Measures looks at random positions of a history, and what they are made of; arguments: a directory with a log that no
 * server has open, the name of a simulation, and how many looks there are.
 */
final class PastLoad {
    private static final int ROUNDS = 4;

    private PastLoad() {}

    public static void main(String[] args) throws IOException {
        int looks = Integer.parseInt(args[2]);
        try (PluginHost host = PluginHost.withBuiltIn(PastLoad.class.getClassLoader());
                EventLog log = EventLog.open(Path.of(args[0]), Clock.systemUTC())) {
            LoggedSimulation found = log.find(args[1]);
            if (found == null) {
                throw new IllegalArgumentException("expected the simulation " + args[1] + ", but it is not there");
            }
            Replayer replayer = new Replayer(log, host);
            Snapshots snapshots = replayer.snapshots();
            PastStates past = new PastStates(log, replayer);
            for (int round = 0; round < ROUNDS; round++) {
                measure(
                        "snapshot read",
                        looks,
                        found,
                        at -> log.snapshot(found.id(), snapshots.nearest(found.id(), at)));
                measure("snapshot restored", looks, found, at -> snapshots.restore(found.id(), at));
                measure("state made", looks, found, at -> replayer.at(found.name(), at));
                measure("question answered", looks, found, at -> past.ask(found.name(), at, Projection::position));
            }
        }
    }

    private static void measure(String what, int looks, LoggedSimulation simulation, LongConsumer look) {
        SplittableRandom random = new SplittableRandom(1);
        double[] wall = new double[looks];
        double[] processor = new double[looks];
        for (int i = 0; i < looks; i++) {
            long position = 1 + random.nextLong(simulation.head());
            long wallBefore = System.nanoTime();
            long before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            look.accept(position);
            processor[i] = (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - before) / 1e6;
            wall[i] = (System.nanoTime() - wallBefore) / 1e6;
        }
        System.out.printf("%-20s wall %s   processor %s%n", what, quantiles(wall), quantiles(processor));
    }

    private static String quantiles(double[] millis) {
        Arrays.sort(millis);
        int last = millis.length - 1;
        return "%6.1f %6.1f %6.1f %6.1f ms"
                .formatted(millis[last / 2], millis[last * 9 / 10], millis[last * 99 / 100], millis[last]);
    }
}
