package pagefold.server.space;

import io.vertx.core.Future;
import io.vertx.core.Promise;

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
}
