package pagefold.server.space;

import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.util.List;
import pagefold.model.MemoryCommand;
import pagefold.model.PluginBinding;
import pagefold.server.log.CreateResult;
import pagefold.server.log.EventLog;
import pagefold.server.log.LoggedSimulation;
import pagefold.server.replay.Trouble;

/** Makes simulations: an empty history in the log, and the selection of a plugin as its first event. */
final class Creator {
    private final EventLog log;
    private final WorkerExecutor blocking;
    private final Simulations simulations;

    Creator(EventLog log, WorkerExecutor blocking, Simulations simulations) {
        this.log = log;
        this.blocking = blocking;
        this.simulations = simulations;
    }

    Future<Creation> create(NewSimulation wanted, PluginBinding binding) {
        String name = wanted.name();
        return blocking.executeBlocking(() -> createInLog(wanted), false).compose(created -> switch (created) {
            case CREATED -> select(wanted, binding);
            case EXISTS -> Future.succeededFuture(new Creation.Exists(name));
            case LIMIT_REACHED -> Future.succeededFuture(new Creation.LimitReached(EventLog.MAX_SIMULATIONS));
        });
    }

    /** One whose creation was cut short has no event; it is taken up where it was left. */
    private CreateResult createInLog(NewSimulation wanted) {
        String name = wanted.name();
        CreateResult created = log.create(name, wanted.creator());
        LoggedSimulation existing = created == CreateResult.EXISTS ? log.find(name) : null;
        return existing != null && existing.head() == 0 ? CreateResult.CREATED : created;
    }

    private Future<Creation> select(NewSimulation wanted, PluginBinding binding) {
        String name = wanted.name();
        CommandUnit.Ids ids = new CommandUnit.Ids(null, null, null, null, wanted.creator());
        CommandUnit unit = new CommandUnit(List.of(new MemoryCommand.SelectPlugin(binding)), 0L, ids, null);
        Future<UnitAnswer> selected = simulations
                .submit(name, unit)
                .compose(answer -> isMissing(answer)
                        // A writer was on its way to open it before it was there, and took this with it; the next one
                        // finds it.
                        ? simulations.submit(name, unit)
                        : Future.succeededFuture(answer));
        return selected.map(answer -> switch (answer) {
            case UnitAnswer.Accepted accepted -> new Creation.Created(binding, accepted.last());
            case UnitAnswer.Stale stale -> new Creation.Exists(name);
            case UnitAnswer.Rejected rejected -> new Creation.Rejected(rejected.rejection());
            case UnitAnswer.Failed failed -> new Creation.Failed(failed.trouble());
            case UnitAnswer other ->
                new Creation.Failed(new Trouble.Unexpected("The first event was answered with " + other + "."));
        });
    }

    private static boolean isMissing(UnitAnswer answer) {
        return answer instanceof UnitAnswer.Failed(Trouble.NoSuchSimulation missing);
    }
}
