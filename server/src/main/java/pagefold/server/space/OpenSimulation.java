package pagefold.server.space;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import pagefold.server.replay.Question;
import pagefold.server.replay.Reading;
import pagefold.server.replay.Trouble;

/** A simulation with its writer deployed, or being deployed. Guarded by the monitor of {@link Simulations}. */
final class OpenSimulation {
    final SimulationWriter writer;
    final Promise<String> deployment = Promise.promise();
    final Promise<Void> gone = Promise.promise();
    int users;
    int commands;
    long lastUse;
    boolean leaving;
    boolean undeployed;

    OpenSimulation(SimulationWriter writer) {
        this.writer = writer;
    }

    /** The one that nobody uses for longest; null when all are in use. */
    static @Nullable String idlest(Map<String, OpenSimulation> open) {
        return open.entrySet().stream()
                .filter(entry ->
                        entry.getValue().users == 0 && entry.getValue().ready().succeeded())
                .min((one, other) -> Long.signum(one.getValue().lastUse - other.getValue().lastUse))
                .map(Map.Entry::getKey)
                .orElse(null);
    }

    /** Asks a model; fails when there is none that is open. */
    static <R> Future<@Nullable Reading<R>> peek(@Nullable OpenSimulation simulation, Question<R> question) {
        return simulation == null || !simulation.ready().succeeded()
                ? Future.failedFuture("expected a simulation that is open, but it is not")
                : simulation.writer.model().read(question, null);
    }

    /** How many commands wait. */
    static int commands(Map<String, OpenSimulation> open) {
        return open.values().stream()
                .mapToInt(simulation -> simulation.commands)
                .sum();
    }

    /** Under which epochs those are written that are. */
    static Map<String, Long> ownedEpochs(Map<String, OpenSimulation> open) {
        return open.entrySet().stream()
                .filter(entry -> entry.getValue().writer.ownedEpoch() > 0)
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().writer.ownedEpoch()));
    }

    Future<String> ready() {
        return deployment.future();
    }

    /** Ends a change of the plugin that is under way, which could otherwise keep the simulation open for long. */
    void giveUpSwap(Trouble trouble) {
        ready().onSuccess(deployed -> writer.giveUpSwap(trouble));
    }
}
