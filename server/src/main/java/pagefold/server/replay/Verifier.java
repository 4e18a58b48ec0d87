package pagefold.server.replay;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.host.PluginHost;
import pagefold.server.log.EventLog;
import pagefold.server.log.LogException;
import pagefold.server.log.LoggedSimulation;
import pagefold.server.log.Snapshot;

/**
 * Reads whole histories, replays them, and holds every snapshot against what the replay comes to. Reads the database and
 * computes: not for event loops.
 */
public final class Verifier {
    private final EventLog log;
    private final Replayer replayer;

    /** A verifier of a log, with the plugins of a host. */
    public Verifier(EventLog log, PluginHost host) {
        this.log = log;
        this.replayer = new Replayer(log, host);
    }

    /**
     * What became of the check of one simulation.
     *
     * @param events how many were read and replayed
     * @param replayNanos how long that took
     * @param openNanos how long it takes to open the simulation as a server does, with its snapshots
     * @param snapshots how many there are
     * @param foreign how many of them were made by another jar of the plugin, and are not used
     * @param problem what is wrong, a sentence; null when nothing is
     */
    public record Verdict(
            LoggedSimulation simulation,
            long events,
            long replayNanos,
            long openNanos,
            int snapshots,
            int foreign,
            @Nullable String problem) {}

    /** Checks one simulation. */
    public Verdict verify(LoggedSimulation simulation) {
        String name = simulation.name();
        long head = simulation.head();
        try {
            long started = System.nanoTime();
            Replayed replayed = replayer.fromTheFirst(name, head, null);
            long replayNanos = System.nanoTime() - started;
            if (replayed instanceof Replayed.WithoutModel without && head > 0) {
                return new Verdict(simulation, head, replayNanos, 0, 0, 0, sentence(without.trouble()));
            }
            long opening = System.nanoTime();
            Replayed opened = replayer.at(name, head);
            long openNanos = System.nanoTime() - opening;
            List<Long> positions = log.snapshots(simulation.id());
            int foreign = 0;
            String problem = head == 0 || hash(opened).equals(hash(replayed))
                    ? null
                    : "Opened with its snapshots, it has other tables than replayed from its first event.";
            Projection at = null;
            for (long position : positions) {
                Snapshot snapshot = log.snapshot(simulation.id(), position);
                if (snapshot == null) {
                    problem = "The snapshot at position " + position + " is damaged; it is not used.";
                } else if (replayer.snapshots().projection(snapshot) == null) {
                    foreign++;
                } else {
                    at = taken(name, at, position);
                    byte[] expected = at == null ? null : replayer.snapshots().bytes(at);
                    if (!Arrays.equals(expected, snapshot.payload())) {
                        problem = "The snapshot at position " + position + " is not what its events lead to.";
                    }
                }
            }
            return new Verdict(simulation, head, replayNanos, openNanos, positions.size(), foreign, problem);
        } catch (LogException e) {
            return new Verdict(simulation, 0, 0, 0, 0, 0, String.valueOf(e.getMessage()));
        }
    }

    private static String hash(Replayed replayed) {
        return replayed instanceof Replayed.Complete(Projection projection) ? projection.imageHash() : "";
    }

    private @Nullable Projection taken(String name, @Nullable Projection earlier, long position) {
        Replayed forward = earlier == null ? null : replayer.forward(earlier, name, position);
        Replayed there = forward == null ? replayer.fromTheFirst(name, position, null) : forward;
        return there instanceof Replayed.Complete(Projection projection) ? projection : null;
    }

    private static String sentence(Trouble trouble) {
        return switch (trouble) {
            case Trouble.PluginMissing missing -> missing.rejection().sentence();
            case Trouble.ModelFailed failed -> failed.reason() + " at position " + failed.position() + ".";
            case Trouble other -> "It has no model: " + other + ".";
        };
    }
}
