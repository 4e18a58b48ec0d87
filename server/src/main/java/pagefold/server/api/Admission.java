package pagefold.server.api;

import io.vertx.core.Future;
import pagefold.server.ops.Metrics;
import pagefold.server.space.CommandUnit;
import pagefold.server.space.Simulations;
import pagefold.server.space.UnitAnswer;

/** The way by which all commands of clients come in, however they were sent. */
final class Admission {
    private final Simulations simulations;
    private final Metrics metrics;

    Admission(Simulations simulations, Metrics metrics) {
        this.simulations = simulations;
        this.metrics = metrics;
    }

    /** Has a unit decided, and counts what becomes of it. */
    Future<UnitAnswer> submit(String simulation, CommandUnit unit) {
        return simulations
                .submit(simulation, unit)
                .onSuccess(answer -> metrics.answered(answer, unit.commands().size()));
    }
}
