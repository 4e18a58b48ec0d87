package pagefold.server.space;

import io.vertx.core.Future;
import io.vertx.core.Promise;
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

    Future<String> ready() {
        return deployment.future();
    }

    /** Ends a change of the plugin that is under way, which could otherwise keep the simulation open for long. */
    void giveUpSwap(Trouble trouble) {
        ready().onSuccess(deployed -> writer.giveUpSwap(trouble));
    }
}
